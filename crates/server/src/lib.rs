//! Wires every part and runs the loop: step, record, act, publish.
