// Spanish, the original: what is here must be in English too. `%` is replaced by a value.

const words = {
  // Everywhere
  user: 'Usuario', password: 'Contraseña', enter: 'Entrar', leave: 'Salir', close: 'Cerrar', cancel: 'Cancelar',
  language: 'English', languageHint: 'Ver la página en inglés', notAllowed: 'Su usuario no tiene permiso para esta página.',
  noConnection: 'Sin conexión con el servidor; reintentando…', noConnectionCall: 'Sin conexión con el servidor; reintentando… La llamada sigue.',
  noData: 's/d', tryAgain: 'Intentar de nuevo', skipToWork: 'Ir al contenido',
  newVersion: 'Hay una versión nueva de esta página. Recárguela entre llamadas.', reload: 'Recargar',
  advisorPage: 'Página del asesor', floorPage: 'Operación en vivo', phonePage: 'Configurar un teléfono', adminPage: 'Administración', officePage: 'Ventas e informes', otherPages: 'Otras páginas',

  // Doing what
  offline: 'Desconectado', ready: 'Disponible', reserved: 'Reservado', talking: 'En llamada',
  wrap_up: 'Tipificando', break: 'En pausa', lost: 'Sin línea',
  stands_held: 'En espera', stands_consulting: 'Consultando', stands_three_way: 'Los tres', stands_consulted: 'Le consultan',

  // The advisor's page
  advisor: 'Asesor', call: 'Llamada', nobody: 'Sin llamada. El próximo cliente aparecerá aquí.',
  nobodyOffline: 'Inicie su turno para recibir llamadas.', nobodyBreak: 'Está en pausa: no recibe llamadas.',
  customer: 'Cliente', document: 'Documento', segment: 'Segmento', campaign: 'Campaña', phones: 'Teléfonos', onThisPhone: 'en línea',
  callsUs: 'Nos llama', theirTime: 'Hora del cliente',
  logIn: 'Iniciar turno', logOut: 'Terminar turno', takeCalls: 'Disponible', pauseMe: 'Pausa', hangUp: 'Colgar',
  acceptPreview: 'Llamar', skipPreview: 'Otro', redial: 'Se cortó: volver a llamar',
  hold: 'Poner en espera', resume: 'Retomar', mute: 'Silenciar', unmute: 'Activar micrófono', muted: 'MICRÓFONO EN SILENCIO',
  talkingMuted: 'Está hablando con el micrófono en silencio: el cliente no le oye.',
  handOver: 'Pasar la llamada', transferTo: 'Pasar a', blind: 'Pasar', attended: 'Consultar antes', refresh: 'Actualizar',
  nobodyToHandTo: 'No hay a quién pasarla ahora.', advisors: 'Asesores disponibles', destinations: 'Destinos',
  complete: 'Dejar al cliente con %', threeWay: 'Hablar los tres', takeBack: 'Retomar al cliente',
  keypad: 'Teclado', keypadKey: 'Tecla %',
  booked: 'Al terminar: %', bookedLogout: 'terminar turno', unbook: 'Seguir disponible',
  breakWhy: 'Motivo de la pausa', breakAfter: 'Pausa después de esta llamada', otherReason: 'Otro motivo',
  reason_login: 'recién conectado', reason_line: 'volvió la línea', lunch: 'Almuerzo', rest: 'Descanso', bathroom: 'Baño', training: 'Capacitación', feedback: 'Retroalimentación', activePause: 'Pausa activa',
  timeLeft: 'Tiempo para tipificar', moreTime: '1 minuto más', seconds: '% s',
  callEnds: 'La llamada termina en %',

  // Recording
  recordingOn: 'Grabando', recordingPaused: 'Grabación en pausa', recordingAwaited: 'Pida permiso para grabar',
  consent: 'El cliente acepta la grabación', pauseRecording: 'Pausar grabación', resumeRecording: 'Seguir grabando',

  // Script
  script: 'Guion', goOn: 'Seguir', answer: 'Respuesta', stepBack: 'Volver un paso', objections: 'Objeciones',
  mustRead: 'Léalo tal como está', wasRead: 'Leído', stage_greeting: 'Saludo', stage_offer: 'Oferta', stage_pre_closings: 'Precierres',
  stage_closings: 'Cierres', stage_contract: 'Contrato', stage_farewell: 'Despedida', stage_typification: 'Tipificación',

  // Typification
  typify: 'Tipificación', search: 'Buscar por código o palabra', searchHint: 'Escriba unas letras; flechas y Enter para escoger',
  choose: 'Escoja un resultado', chosen: 'Escogida', note: 'Nota', save: 'Guardar', typified: 'Guardada: %', typifiedGoes: 'Al colgar queda disponible.',
  change: 'Cambiar', neverAgain: 'Pide no ser llamado nunca más', found: '% resultados', foundNone: 'Ninguno coincide',
  nextStep: 'Sigue: %', isSale: 'Venta', saleSheet: 'Hoja de venta',
  callBack: 'Volver a llamar', callBackWhen: 'Cuándo (hora del cliente)', callBackBy: 'Quién llama', mine: 'Yo', anyone: 'Cualquiera',
  inAnHour: 'En 1 hora', tomorrowSame: 'Mañana a esta hora', mondayNine: 'Lunes 9:00', otherTime: 'Otra hora',
  nextLegal: 'No se puede llamar entonces. Lo más pronto: %', takeIt: 'Agendar para entonces', noCallBackCode: 'Esta campaña no tiene una tipificación que agende.',
  timeMissing: 'Escoja cuándo volver a llamar.', chooseFirst: 'Escoja primero un resultado.',

  // The page as phone
  pagePhone: 'Teléfono de esta página', phoneHere: 'Usar esta página como teléfono', phoneStop: 'Dejar de usarla',
  phoneMissing: 'Sin teléfono: use esta página o encienda el suyo antes de iniciar turno.', takeLine: 'Tomar la línea aquí',
  line_off: 'Sin usar', line_asking: 'Pidiendo el micrófono…', line_connecting: 'Conectando…', line_up: 'Línea lista',
  line_away: 'Sin audio; conectando de nuevo…', line_taken: 'La línea está en otra página', line_refused: 'La línea no se pudo abrir',
  deaf: 'El navegador no deja sonar la página. Pulse cualquier tecla para oír.',
  micDenied: 'El navegador no dio el micrófono. Permítalo en el candado junto a la dirección e intente de nuevo.',
  needsHttps: 'El navegador solo da el micrófono por https. Pida la dirección segura de esta página.',
  micMissing: 'No se encuentra ningún micrófono. Conecte la diadema e intente de nuevo.',
  deviceLost: 'Se desconectó «%». Ahora se usa «%».', deviceCame: 'Se conectó «%».', useIt: 'Usarla',
  bluetooth: '«%» parece Bluetooth: la voz suena peor que con cable.',

  // Audio check
  audioCheck: 'Prueba de audio', audioCheckHint: 'Hable y óigase: su voz vuelve un segundo después.',
  hearMyself: 'Oírme', stopHearing: 'Dejar de oírme', microphone: 'Micrófono', speaker: 'Audífono', ringer: 'Aviso de llamada',
  level: 'Nivel del micrófono', levelLow: 'No se oye nada. Hable, o revise el micrófono.', levelGood: 'Se le oye.',
  audioGood: 'Me oigo bien', testBeep: 'Probar aviso', sameDevice: 'El del sistema', beepOn: 'Aviso al entrar una llamada',
  beepOff: 'Sin el aviso, el cliente entra sin que nada suene. ¿Apagarlo?', unnamedDevice: 'Dispositivo %',

  // Quality
  quality: 'Calidad', quality_good: 'Buena', quality_fair: 'Regular', quality_bad: 'Mala', quality_none: 'Sin medir',
  advice_good: 'Su conexión va bien.', advice_lossIn: 'Su red pierde el % de lo que oye. Use cable o acérquese al Wi-Fi.',
  advice_lossOut: 'Su red pierde el % de lo que dice. Use cable o acérquese al Wi-Fi.', advice_rtt: 'Su red tarda % ms. Cierre descargas y videos.',
  advice_concealed: 'El % del audio llega tarde. Cierre descargas y videos.', advice_none: 'Se mide cuando esta página es el teléfono.',

  // Keys
  help: 'Teclas', helpTitle: 'Todo con el teclado', helpTyping: 'Mientras escribe, use Alt con la tecla. Esc sale del campo.',
  keysOff: 'Teclas sueltas', keysOffHint: 'Apáguelas si usa un lector de pantalla; con Alt siempre sirven.',

  // The floor
  title: 'Operación en vivo', agents: 'Asesores', calls: 'Llamadas', pacing: 'Marcación', abandon: 'Abandono', utilisation: 'Utilización',
  attempts: 'Intentos', answered: 'Contestadas', abandoned: 'Abandonadas', hopper: 'Por marcar', wait: 'Espera hasta el asesor',
  intended: 'Por salir', dialing: 'Marcando', ringing: 'Timbrando', waiting: 'Esperando asesor', message: 'Oyendo mensaje', inbound: 'Entrantes',
  stopped: 'Detenida', running: 'En marcha', paused: 'En pausa', finished: 'Terminada',
  noCampaigns: 'No hay campañas todavía. Créela con: cadencia campaign create', noAgents: 'No hay asesores todavía. Créelos con: cadencia agent create',
  start: 'Iniciar', pause: 'Pausar', stop: 'Detener', stopConfirm: '¿Detener la campaña «%»? Las llamadas en curso terminan solas.',
  stalled: 'La base de datos no confirma: no salen llamadas nuevas.', draining: 'Terminando: no salen llamadas nuevas.',
  since: 'Hace', doing: 'Estado', lineKind: 'Línea', detail: 'Detalle', name: 'Nombre', actions: 'Acciones',
  why: '¿Por qué no se marca?', whyTitle: 'Por qué se marca así: %', binding: 'Límite que manda', gates: 'Registros, paso a paso', gate: 'Paso', dialsNothing: 'No marca', dialsNow: 'Marca %',
  binding_abandon: 'por el límite de abandono', binding_trunk: 'por los canales de las troncales', binding_cps: 'por las llamadas por segundo de las troncales',
  binding_window: 'las llamadas ya no pueden salir', binding_list: 'por los registros que quedan', binding_no_agents: 'no hay asesores', binding_mode: 'por el modo de marcación', binding_none: 'sin límite que frene',
  gate_received: 'Recibidos', gate_valid: 'Válidos', gate_in_campaign: 'En la campaña', gate_not_excluded: 'No excluidos', gate_not_closed: 'Sin cerrar',
  gate_under_budget: 'Con intentos disponibles', gate_in_segment: 'En un segmento que se marca', gate_running: 'Campaña en marcha', gate_in_window: 'En horario legal', gate_due: 'Ya les toca', gate_leased: 'Tomados para marcar', gate_ringing: 'En llamada', count: 'Registros',
  refusedLately: 'No salieron hace poco', rule: 'Regla', inputs: 'Cifras de la decisión',
  hourly: 'Hora a hora', hourlyTitle: 'Hora a hora: %', hour: 'Hora', soFar: 'Hasta ahora', records: 'Registros', sales: 'Ventas', goal: 'Meta', attainment: 'Cumplimiento', ratio: 'Ratio',
  closeAt: 'El día cierra en % ventas (entre % y %, con % de certeza).', goalChance: 'Meta %: probabilidad de llegar %.',
  goalGap: 'Faltan % ventas en % horas de asesor: % por hora.', baseLeft: 'Registros que aún se pueden llamar: %', baseEnds: 'A este paso se acaban: %',
  ledger: 'Abandono de la ley', ledgerLeft: 'Quedan', ledgerBound: 'Cota superior', ledgerLimit: 'Límite', ledgerLive: 'Contestadas por personas', ledgerOver: 'excedido',
  listen: 'Oír', whisper: 'Susurrar', barge: 'Entrar', takeOver: 'Tomar la llamada', leaveCall: 'Salir de la llamada', listening: 'Está en la llamada de %',
  needsLine: 'Para oír llamadas necesita su propia línea: abra su página de asesor, inicie turno y quédese en pausa.',
  trunks: 'Troncales', channels: 'Canales', registered: 'Registrada', notRegistered: 'Sin registrar', resting: 'Descansa', disabled: 'Apagada', up: 'En servicio',
  alarms: 'Alarmas', noAlarms: 'Nada que atender.', all: 'Todos', filter: 'Ver', tv: 'Pantalla sin nombres', tvOff: 'Mostrar nombres', agentNumber: 'Asesor %',
  alarm_abandon: '%: abandono % por encima del límite.', alarm_overdrawn: '%: abandonos de más en el período: %.', alarm_held: '%: no marca. %',
  alarm_waiting: '%: % clientes esperan asesor.', alarm_lost: '% asesores sin línea.', alarm_long: '% tipifica hace %.', alarm_trunk: 'Troncal %: %.',
  kind_page: 'página', kind_udp: 'teléfono', kind_tcp: 'teléfono (TCP)', kind_tls: 'teléfono (TLS)', kind_ws: 'WebSocket', kind_wss: 'WebSocket (TLS)',
  strangers: 'Llamadas de desconocidos', updated: 'Actualizado', floorEmpty: 'Esperando la operación…',
  mode_preview: 'vista previa', mode_progressive: 'progresivo', mode_super_progressive: 'superprogresivo', mode_power: 'multilínea', mode_predictive: 'predictivo',

  // Setting up a phone
  phone: 'Teléfono', shownOnce: 'se muestra una sola vez', newPassword: 'Contraseña nueva y código QR',
  passwordHidden: 'La contraseña no se muestra. Pida una nueva para ponerla en el teléfono.',
  newPasswordConfirm: '¿Contraseña nueva? Los teléfonos que tienen la anterior dejan de servir.',
  phoneCode: 'Lea este código con el teléfono. Sirve una vez, durante diez minutos.', echoHint: 'Marque % en el teléfono para oírse a sí mismo.',
  sipUser: 'Usuario SIP', server: 'Servidor',
};

// What the API refuses, by its code. What has no words here is said as the server says it.
const problems = {
  no_connection: 'Sin conexión con el servidor. Intente de nuevo.',
  wrong_password: 'Usuario o contraseña incorrectos.',
  too_many_tries: 'Demasiados intentos. Espere un minuto.',
  busy: 'Muchas personas entran a la vez. Intente en unos segundos.',
  not_logged_in: 'La sesión terminó. Vuelva a entrar.',
  not_allowed: 'Su usuario no puede hacer esto. Pídalo a un administrador.',
  internal: 'El servidor no pudo hacerlo. Avise a soporte.',
  offline: 'Inicie turno primero.',
  logged_in: 'Su turno ya está iniciado.',
  line_down: 'Su línea no está lista. Revise el teléfono.',
  not_typified: 'Tipifique primero la llamada.',
  not_in_wrap_up: 'Ya no está tipificando.',
  extended_already: 'Ya pidió más tiempo para esta llamada.',
  not_on_a_call: 'No está en una llamada.',
  not_talking: 'No está hablando con un cliente.',
  not_ready: 'No está esperando llamada.',
  not_your_call: 'Esa llamada no es suya, o es muy antigua.',
  no_preview: 'No hay cliente que aceptar. Espere el próximo.',
  not_yet: 'El cliente se está anotando. Intente de nuevo.',
  trunk_busy: 'No hay canal libre. Intente en un momento.',
  no_trunk: 'Ninguna troncal puede llevar la llamada ahora. Intente de nuevo.',
  no_free_line: 'No hay línea libre ahora. Intente en un momento.',
  no_transfer: 'La llamada no se está pasando.',
  not_answered_yet: 'Todavía no contestan.',
  not_supervising: 'No está en ninguna llamada.',
  not_recorded: 'Esta llamada no se graba.',
  not_paused: 'La grabación no está en pausa.',
  no_consent_awaited: 'No se espera permiso para grabar.',
  not_cut: 'Esa llamada no se cortó: no se puede retomar.',
  bad_digits: 'Esas teclas no existen.',
  bad_note: 'La nota tiene de 1 a 2000 caracteres.',
  unknown_code: 'Esa tipificación no es de la campaña.',
  system_code: 'Esa tipificación solo la pone el sistema.',
  retired_code: 'Esa tipificación ya no se usa.',
  callback_out_of_range: 'Agende entre ahora y dentro de 90 días.',
  callback_on_closed: 'Esa tipificación cierra el registro: no se puede agendar.',
  correction_too_late: 'Ya no se puede corregir. Hable con su supervisor.',
  opt_out_stays: 'La persona pidió no ser llamada. Solo un supervisor puede quitarlo.',
  phone_in_use: 'Otro teléfono tiene su línea en una llamada.',
  stopping: 'El servidor se está deteniendo. Intente cuando vuelva.',
  offer: 'El navegador no ofrece el audio que se necesita.',
};

export const es = { words, problems };
