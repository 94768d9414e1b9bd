// Spanish words of what a supervisor opens from the floor. `%` is replaced by a value.
export const es = {
  callsTitle: 'Llamadas de hoy: %', seeCalls: 'Ver las llamadas: %', noCalls: 'No hay llamadas así hoy.', olderCalls: 'Anteriores',
  at: 'Hora', phone: 'Teléfono', advisor: 'Asesor', outcome: 'Resultado', code: 'Tipificación', talk: 'Habló', waited: 'Esperó', trunk: 'Troncal', callerId: 'Número mostrado', campaign: 'Campaña',
  set_placed: 'Marcadas', set_answered_by_system: 'Contestadas por personas', set_abandoned: 'Abandonadas', set_connected: 'Conectadas', set_all: 'Todas', which: 'Cuáles',
  inProgress: 'en curso', only: 'Solo %',
  outcome_connected: 'conectada', outcome_abandoned: 'abandonada', outcome_hung_up_waiting: 'colgó esperando', outcome_no_answer: 'no contestó', outcome_busy: 'ocupado', outcome_machine: 'buzón',
  outcome_unreachable: 'apagado o sin señal', outcome_invalid_number: 'no existe', outcome_congestion: 'falló la red', outcome_fax: 'fax', outcome_rejected: 'rechazada', outcome_cancelled: 'cancelada',
  outcome_unknown_crash: 'no se sabe', outcome_refused: 'no salió', outcome_unwanted: 'no quiere llamadas', outcome_blocked: 'bloqueada', outcome_unserved: 'sin atender',
  write: 'Escribir', writeTo: 'Mensaje para %', words: 'Mensaje', send: 'Enviar', sent: 'Enviado.', sentBefore: 'Enviados hoy', unseen: '○ sin ver', seenAt: '✔ enterado %', noMessages: 'Nadie le ha escrito hoy.',
  force: 'Cambiar estado', forceTo: 'Cambiar estado de %', to_ready: 'Poner disponible', to_break: 'Poner en pausa', to_logout: 'Cerrar su turno', forceNote: 'Si está en llamada, cambia cuando termine. Queda en la auditoría.', forced: 'Hecho.',
  acknowledge: 'Enterado', acknowledged: 'Vistas: %',
  paceLines: '% líneas por asesor disponible: % disponibles, % en camino.', paceSure: '% libres, % en camino; si contesta el % a lo sumo, % líneas no dejan a nadie sin asesor.',
  paceRisk: '% libres, % más en breve, % respuestas en camino.', paceOneMore: 'Una más no hallaría asesor el % de las veces; se permite el %.', paceSoFar: 'Abandono hasta ahora: %.',
  rehearse: 'Ensayar el día', rehearseTitle: 'Ensayo del día: %', rehearseHint: 'Un día de esta campaña en tiempo virtual, con el mismo motor: no llama a nadie. Cambie lo que quiera comparar y compare con lo que pasó.',
  howManyAdvisors: 'Asesores', howManyHours: 'Horas', asLastDay: 'como el último día', run: 'Ensayar', running: 'Ensayando…', figure: 'Cifra', range: 'De cada diez días, ocho caen entre', median: 'Mediana',
  f_attempts: 'Intentos', f_contacts: 'Contactos', f_sales: 'Ventas', f_abandoned: 'Abandonadas', f_abandon_rate: 'Abandono', f_utilisation: 'Utilización', f_channels_peak: 'Canales a la vez',
  between: '% a %', backTest: 'Lo previsto para el último día, y lo que pasó', predicted: 'Previsto', happened: 'Pasó', noBackTest: 'No hay un día completo con qué comparar.', fewCalls: 'Hay pocas llamadas: el ensayo usa los promedios de la casa.',
};
