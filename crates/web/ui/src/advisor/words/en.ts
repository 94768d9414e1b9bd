// English, in full: the type says so.
import type { es } from './es';

export const en: Record<keyof typeof es, string> = {
  day: 'My day', calls: 'Calls', contacts: 'Contacts', sales: 'Sales', conversion: 'Conversion', goal: 'Goal', talking: 'Talking',
  ready: 'Ready', wrapUp: 'Wrap-up', onBreak: 'On a break', salesOfGoal: '% of %',
  pending: 'Sales to complete', pendingSale: 'Sale %', noSheet: 'No sheet yet', noEvidence: 'Evidence is missing', returned: 'Returned to you',
  expires: 'Until %', openIt: 'Complete',
  sheet: 'Sales sheet', sheetOf: 'Sales sheet: %', closeSheet: 'Close the sheet', saveSheet: 'Save the sheet', sheetSaved: 'Sheet saved.',
  notTypified: 'Typify the call as a sale: sheet and evidence are kept with it. What you write here is not lost.',
  optional: 'optional', chooseOne: 'Choose…', nothingSold: 'Nothing of this kind is sold today. Tell your supervisor.',
  wrongFields: 'To look at: %.',
  wrong_missing: 'It is missing: fill it in.', wrong_low: '% at least.', wrong_high: '% at most.', wrong_lowText: '% characters at least.', wrong_highText: '% characters at most.',
  wrong_pattern: 'It is not written as asked for.', wrong_number: 'Write a whole number.', wrong_money: 'Write a sum without cents, such as 1.250.000.',
  wrong_date: 'Write a day.', wrong_early: 'The day is too early.', wrong_late: 'The day is too late.',
  wrong_document: '4 to 20 digits or letters.', wrong_phone: 'Ten digits, or + and the whole number.', wrong_option: 'Choose one.',
  wrong_not_sold: 'It is not sold any more. Choose another.', wrong_not_asked: 'It is not asked for here: leave it empty.', wrong_unknown: 'The sheet has no such field.',
  evidence: 'Evidence of identity', evidenceKind: 'What it is', chooseFile: 'Choose a file', camera: 'Take a picture',
  dropHere: 'Drop a file here, or paste it with Ctrl+V. JPEG, PNG, PDF, WAV or Ogg; 10 MB.', sending: 'Sending %…',
  waits: '% goes when you typify.', attached: 'Attached', evidenceMissing: 'Missing: %.', or: ' or ', evidenceWhole: 'The evidence is complete.',
  tooBig: '% has more than 10 MB. Scan it smaller.', notAKind: '% is no JPEG, PNG, PDF, WAV or Ogg.',
  takeIt: 'Capture', stopCamera: 'Camera off', cameraDenied: 'The browser did not give the camera. Allow it at the padlock beside the address.',
  cameraMissing: 'No camera was found. Choose a file.', photo: 'picture', viewfinder: 'Picture of the camera',
  messageFrom: 'Message from %', seen: 'Got it',
};
