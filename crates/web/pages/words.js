// Every word on screen, Spanish first, English second. The browser's language
// chooses; `?lang=en` overrides.
const WORDS = {
  es: {
    title: 'Operación en vivo', agents: 'Asesores', calls: 'Llamadas', pacing: 'Marcación',
    abandon: 'Abandono', utilisation: 'Utilización', attempts: 'Intentos', answered: 'Contestadas',
    abandoned: 'Abandonadas', hopper: 'Por marcar', wait: 'Espera hasta el asesor', why: 'Motivo',
    offline: 'Desconectado', ready: 'Disponible', reserved: 'Reservado', talking: 'En llamada',
    wrap_up: 'Tipificando', break: 'En pausa', lost: 'Sin línea',
    intended: 'Por salir', dialing: 'Marcando', ringing: 'Timbrando', waiting: 'Esperando asesor',
    message: 'Oyendo mensaje', inbound: 'De ellas, entrantes', stopped: 'Detenida', running: 'En marcha', paused: 'En pausa',
    finished: 'Terminada', noCampaigns: 'No hay campañas todavía. Créela con: cadencia campaign create',
    noAgents: 'No hay asesores todavía. Créelos con: cadencia agent create',
    user: 'Usuario', password: 'Contraseña', enter: 'Entrar', leave: 'Salir',
    noConnection: 'Sin conexión con el servidor; reintentando…', since: 'desde hace',
    stalled: 'La base de datos no confirma: no salen llamadas nuevas.',
    draining: 'Terminando: no salen llamadas nuevas.', start: 'Iniciar', pause: 'Pausar', stop: 'Detener',
    logIn: 'Iniciar turno', logOut: 'Terminar turno', takeCalls: 'Disponible', hangUp: 'Colgar',
    typify: 'Guardar tipificación', choose: 'Escoja una tipificación', note: 'Nota',
    callbackAt: 'Volver a llamar el (hora del cliente)', neverAgain: 'Pide no ser llamado', breakReason: 'Motivo de la pausa', pauseMe: 'Pausa',
    call: 'Llamar', redial: 'Se cortó: volver a llamar', skip: 'Saltar', callsUs: 'Nos llama', nobody: 'Sin llamada. El próximo cliente aparecerá aquí.',
    phoneMissing: 'Sin teléfono: encienda el suyo o use esta página antes de iniciar turno.',
    document: 'Documento', segment: 'Segmento', campaign: 'Campaña', timeLeft: 'Tiempo restante',
    notAllowed: 'Su usuario no tiene permiso para esta página.', noData: 's/d', booked: 'Al colgar',
    stopConfirm: '¿Detener la campaña? Las llamadas en curso terminan solas.',
    phone: 'Teléfono', shownOnce: 'se muestra una sola vez', newPassword: 'Contraseña nueva y código QR',
    passwordHidden: 'La contraseña no se muestra. Pida una nueva para ponerla en el teléfono.',
    newPasswordConfirm: '¿Contraseña nueva? Los teléfonos que tienen la anterior dejan de servir.',
    phoneCode: 'Lea este código con el teléfono. Sirve una vez, durante diez minutos.',
    echoHint: 'Marque % en el teléfono para oírse a sí mismo.',
    hold: 'Poner en espera', resume: 'Retomar', blind: 'Pasar', attended: 'Consultar', transferTo: 'Pasar a',
    complete: 'Dejar al cliente con', threeWay: 'Hablar los tres', takeBack: 'Retomar al cliente',
    held: 'En espera', consulting: 'Consultando', three_way: 'Los tres', consulted: 'Le consulta',
    pagePhone: 'Teléfono en esta página', phoneHere: 'Usar esta página como teléfono', phoneStop: 'Dejar de usarla como teléfono',
    keys: 'Teclas', mute: 'Silenciar micrófono', unmute: 'Activar micrófono', muted: 'micrófono en silencio',
    takeLine: 'Tomar la línea aquí', tryAgain: 'Intentar de nuevo',
    line_off: 'Sin usar.', line_asking: 'Pidiendo el micrófono…', line_connecting: 'Conectando…', line_up: 'Línea lista.',
    line_away: 'Sin audio; conectando de nuevo…', line_taken: 'La línea está en otra página.', line_refused: 'La línea no se pudo abrir.',
    kind_page: 'página', kind_udp: 'teléfono', kind_tcp: 'teléfono (TCP)', kind_tls: 'teléfono (TLS)', kind_ws: 'WebSocket', kind_wss: 'WebSocket (TLS)',
  },
  en: {
    title: 'Live floor', agents: 'Advisors', calls: 'Calls', pacing: 'Pacing',
    abandon: 'Abandon rate', utilisation: 'Utilisation', attempts: 'Attempts', answered: 'Answered',
    abandoned: 'Abandoned', hopper: 'Next to dial', wait: 'Answer to advisor', why: 'Reason',
    offline: 'Offline', ready: 'Ready', reserved: 'Reserved', talking: 'Talking',
    wrap_up: 'Wrap-up', break: 'Break', lost: 'Line lost',
    intended: 'About to leave', dialing: 'Dialing', ringing: 'Ringing', waiting: 'Waiting for an advisor',
    message: 'Hearing the message', inbound: 'Of these, inbound', stopped: 'Stopped', running: 'Running', paused: 'Paused',
    finished: 'Finished', noCampaigns: 'No campaigns yet. Create one with: cadencia campaign create',
    noAgents: 'No advisors yet. Create them with: cadencia agent create',
    user: 'User', password: 'Password', enter: 'Log in', leave: 'Log out',
    noConnection: 'No connection to the server; trying again…', since: 'for',
    stalled: 'The database does not commit: no new calls leave.',
    draining: 'Draining: no new calls leave.', start: 'Start', pause: 'Pause', stop: 'Stop',
    logIn: 'Start shift', logOut: 'End shift', takeCalls: 'Ready', hangUp: 'Hang up',
    typify: 'Save typification', choose: 'Choose a typification', note: 'Note',
    callbackAt: 'Call again at (their time)', neverAgain: 'Asks never to be called again', breakReason: 'Reason for the break', pauseMe: 'Break',
    call: 'Call', redial: 'Cut off: call again', skip: 'Skip', callsUs: 'Called us', nobody: 'No call. The next customer appears here.',
    phoneMissing: 'No phone: start yours or use this page before the shift.',
    document: 'Document', segment: 'Segment', campaign: 'Campaign', timeLeft: 'Time left',
    notAllowed: 'Your user may not see this page.', noData: 'n/a', booked: 'After the call',
    stopConfirm: 'Stop the campaign? Live calls end by themselves.',
    phone: 'Phone', shownOnce: 'shown once', newPassword: 'New password and QR code',
    passwordHidden: 'The password is not shown. Ask for a new one to enter it in the phone.',
    newPasswordConfirm: 'New password? Phones that have the old one stop working.',
    phoneCode: 'Scan this code with the phone. It is good once, for ten minutes.',
    echoHint: 'Dial % on the phone to hear yourself.',
    hold: 'Hold', resume: 'Resume', blind: 'Hand over', attended: 'Ask first', transferTo: 'Hand over to',
    complete: 'Leave the customer there', threeWay: 'All three', takeBack: 'Take the customer back',
    held: 'On hold', consulting: 'Asking', three_way: 'All three', consulted: 'Asked by',
    pagePhone: 'Phone in this page', phoneHere: 'Use this page as phone', phoneStop: 'Stop using it as phone',
    keys: 'Keys', mute: 'Mute microphone', unmute: 'Unmute microphone', muted: 'microphone muted',
    takeLine: 'Take the line here', tryAgain: 'Try again',
    line_off: 'Not in use.', line_asking: 'Asking for the microphone…', line_connecting: 'Connecting…', line_up: 'Line ready.',
    line_away: 'No audio; connecting again…', line_taken: 'The line is on another page.', line_refused: 'The line could not be opened.',
    kind_page: 'page', kind_udp: 'phone', kind_tcp: 'phone (TCP)', kind_tls: 'phone (TLS)', kind_ws: 'WebSocket', kind_wss: 'WebSocket (TLS)',
  },
};
const asked = new URLSearchParams(location.search).get('lang') || navigator.language || 'es';
export const lang = asked.startsWith('en') ? 'en' : 'es';
document.documentElement.lang = lang;

export const word = (key) => WORDS[lang][key] || WORDS.es[key] || key;
export const percent = (share) => share == null ? word('noData')
  : new Intl.NumberFormat(lang, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share);
export const number = (value) => new Intl.NumberFormat(lang).format(value);
export const clock = (ms) => {
  const s = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
};
