// Spanish, the original: what is here must be in English too. `%` is replaced by a value.

export const es = {
  title: 'Ventas e informes', sections: 'Secciones', loading: 'Cargando…', noSection: 'Su usuario no tiene esta sección, o no existe. Escoja una de arriba.',
  noCampaigns: 'No hay campañas todavía.', campaign: 'Campaña', allCampaigns: 'Todas', again: 'Actualizar', kept: 'Guardado: %',
  dropHint: 'o arrástrelo aquí, o péguelo con Ctrl+V', or: 'o', changeIt: 'Cambiar', actions: 'Acciones',

  // Sales
  sales: 'Ventas', salesQueue: 'Cola de ventas', searchSales: 'Buscar por número, asesor, código', stages: 'Etapas', allOpen: 'Por atender', late: 'Vencidas',
  foundNone: 'Ninguna coincide con la búsqueda.', noSales: 'No hay ventas aquí. Las que se acepten aparecerán solas.', salesShown: 'Ventas: %', closedLately: 'aceptadas en los últimos 92 días',
  sale: 'Venta', saleNumber: 'Venta %', stage: 'Etapa', due: 'Plazo', advisor: 'Asesor', code: 'Tipificación', value: 'Valor', accepted: 'Aceptada', missing: 'Falta',
  sheet: 'Hoja de venta', evidenceMissing: 'evidencia (%)', backToQueue: 'Volver a la cola', call: 'Llamada', expires: 'Se devuelve si no llega la evidencia', returnedTimes: 'Veces devuelta',
  noTerm: 'sin plazo', overdueBy: 'vencida hace %', dueSoon: 'vence en %', dueIn: 'quedan %', minutes: '% min', hours: '% h', days: '% días',
  stage_aceptada: 'aceptada', stage_en_validacion: 'en validación', stage_validada: 'validada', stage_devuelta_asesor: 'devuelta al asesor', stage_rechazada: 'rechazada',
  stage_reservada: 'reservada', stage_en_ruta: 'en ruta', stage_entregada: 'entregada', stage_no_entregada: 'no entregada', stage_devuelta_logistica: 'devuelta por logística',
  stage_legalizada: 'legalizada', stage_anulada: 'anulada',
  become_aceptada: 'Aceptar', become_en_validacion: 'Pasar a validación', become_validada: 'Validar', become_devuelta_asesor: 'Devolver al asesor', become_rechazada: 'Rechazar',
  become_reservada: 'Reservar', become_en_ruta: 'Sale en ruta', become_entregada: 'Entregada', become_no_entregada: 'No entregada', become_devuelta_logistica: 'Devuelta por logística',
  become_legalizada: 'Legalizar', become_anulada: 'Anular',
  reason_datos: 'datos incompletos', reason_soporte_identidad: 'soporte de identidad', reason_direccion: 'dirección', reason_vencida: 'venció el plazo', reason_otro: 'otro (dígalo en la nota)',
  reason_cupo: 'cupo', reason_identidad: 'identidad', reason_desiste: 'el cliente desiste', reason_ausente: 'cliente ausente', reason_direccion_errada: 'dirección errada',
  reason_rehusa: 'rehúsa recibir', reason_zona: 'zona sin entrega', reason_no_localizado: 'no localizado', reason_averiado: 'averiado', reason_retracto: 'retracto',
  reason_sin_inventario: 'sin inventario', reason_sin_cobertura: 'sin cobertura', reason_fraude: 'fraude', reason_correccion: 'corrección de la tipificación',
  moves: 'Cambios de etapa', noMoves: 'Todavía no puede pasar a otra etapa: vea abajo qué le falta.', saleOver: 'Aquí termina: nadie la mueve.', why: 'Por qué', note: 'Nota', pack: 'Descargar paquete de evidencia',
  checklist: 'Lo que necesita', evidence: 'Evidencia', reservation: 'Reserva', audit: 'Auditoría', isThere: 'está', isMissing: 'falta',
  audit_undecided: 'se decide al validar', audit_not_due: 'no le toca', audit_due: 'pendiente', audit_passed: 'aprobada', audit_failed: 'no aprobada',
  sheetOf: 'Hoja de venta del cliente', noSheet: 'Todavía no hay hoja. La escribe el asesor.', version: 'Versión % · % · %',
  reserve: 'Hacer la reserva', noReservationYet: 'Todavía no hay reserva.', reservationLater: 'La reserva se hace cuando la venta está validada.', reservationSaved: 'Reserva guardada',
  reserve_material: 'Material', reserve_inventory: 'Inventario', reserve_address: 'Dirección de entrega', reserve_authorised: 'Quién recibe', reserve_authorised_id: 'Documento de quien recibe',
  reserve_phone: 'Teléfono', reserve_other_phone: 'Otro teléfono', reserve_slot_date: 'Día de entrega', reserve_slot_hours: 'Franja', reserve_order: 'Número de pedido',
  history: 'Historia', at: 'Cuándo', by: 'Quién', byFile: 'por archivo',
  doer_advisor: 'asesor', doer_back_office: 'back office', doer_supervisor: 'supervisor', doer_program: 'el programa',
  noEvidence: 'Todavía no hay evidencia.', evidenceKind: 'Clase de evidencia', attachFile: 'Adjuntar archivo (JPEG, PNG, PDF, WAV u Ogg)', attached: 'Adjuntado: %', erased: 'borrada',
  lookAt: 'Ver', keep: 'Descargar', lookNoted: 'Cada vez que alguien la ve queda en la auditoría.',
  auditIt: 'Auditar la venta', answer_yes: 'sí', answer_no: 'no', answer_na: 'no aplica', points: '% puntos', disputed: 'El asesor no está de acuerdo:', acknowledged: 'El asesor la conoce.',
  verdict_passed: 'aprobada', verdict_too_few_points: 'pocos puntos', verdict_critical_error: 'error crítico',

  // Files of the client's tools
  crossings: 'Cruces', crossingHint: 'Primero se mira qué movería el archivo y qué no coincide; nada cambia hasta que usted lo aplique. El mismo archivo otra vez no mueve nada.',
  fileKind: 'Clase de archivo', writeOut: 'Descargar el archivo para el cliente', readFile: 'Leer un archivo del cliente (CSV o XLSX)', noFiles: 'Esta campaña no intercambia archivos. Un supervisor pone sus columnas en los ajustes de venta.',
  crossingSeen: 'Leído. Nada se ha movido.', crossingDone: 'Aplicado. Ventas movidas: %', onlySeen: 'solo mirado', applyMoves: 'Aplicar (%)',
  rows: 'Renglones', moved: 'Se mueven', unchanged: 'Ya están así', differences: 'Diferencias', lineOf: 'Renglón', what: 'Qué pasa', detail: 'Detalle',
  differs_no_key: 'sin llave', differs_unknown_key: 'llave desconocida', differs_ambiguous_key: 'llave de varias ventas', differs_repeated: 'repetida', differs_contradictory: 'se contradice',
  differs_unknown_stage: 'etapa desconocida', differs_may_not_follow: 'no puede pasar a esa etapa', differs_other_value: 'otro valor', differs_not_in_file: 'no está en el archivo',

  // Days
  from: 'Desde', to: 'Hasta', spans: 'Períodos', span_today: 'Hoy', span_yesterday: 'Ayer', span_week: '7 días', span_month: 'Este mes', span_lastMonth: 'Mes pasado',

  // Indicators
  indicators: 'Indicadores', indicator: 'Indicador', figure: 'Cifra', numerator: 'Numerador', denominator: 'Denominador', target: 'Meta', light: 'Semáforo', cutoff: 'Cuenta por',
  cohort: 'Base recibida desde', seeCalls: 'Ver las llamadas', definitions: 'Definiciones %.', comparedHint: 'En negrita, la variante que la campaña compara con su meta; debajo, las demás.',
  light_met: 'cumple', light_near: 'cerca', light_missed: 'no cumple', light_unknown: 's/d',
  cutoff_invite: 'hora de la llamada', cutoff_received: 'base recibida', cutoff_accepted: 'venta aceptada', cutoff_legalised: 'legalización', cutoff_clock: 'reloj',
  notice_met_by_machines: 'se cumple contando buzones', notice_out_of_reach: 'la meta está fuera de alcance con esta variante',
  changeTarget: 'Cambiar la meta', variantCompared: 'Variante que se compara', targetHint: 'Vacía: la recomendada.', recommended: 'Volver a lo recomendado', side_at_least: 'al menos', side_at_most: 'a lo sumo',
  callsBehind: 'Llamadas: % · de % a %', noCalls: 'No hay llamadas detrás de esta cifra en esos días.', callsShown: 'Llamadas: %', phone: 'Teléfono', segment: 'Segmento', outcome: 'Resultado', talk: 'Habla', more: 'Mostrar más',

  // Hora a hora
  hourly: 'Hora a hora', day: 'Día', asOf: 'Como estaba: %', salesSoFar: 'Ventas hasta ahora', goalOfDay: 'Meta del día', closeRange: 'Cierre: entre % y %, con % de certeza', goalChance: 'Probabilidad de llegar a la meta',
  gap: 'Faltan', requiredPace: 'Ventas por hora de asesor que hacen falta (quedan % h)', baseLeft: 'Base por llamar', baseEnds: 'se acaba %', levers: 'Qué ayudaría',
  lever_advisor_hours: 'Horas de asesor', lever_recycle: 'Reciclar', lever_more_base: 'Más base', noHours: 'Nada hecho, planeado ni acordado ese día.', hour: 'Hora', soFar: 'Hasta ahora',
  recordsHint: 'Los registros son distintos: los de las horas no suman los del día.',
  agents: 'Asesores', connected: 'Horas conectadas', attempts: 'Intentos', answered: 'Contestadas', contacts: 'Contactos', records: 'Registros', goal: 'Meta', attainment: 'Cumplimiento', goalSoFar: 'Meta hasta la hora',
  ratio: 'Ratio', perHour: 'Ventas por hora', recordsPerHour: 'Registros por hora', productivity: 'Productividad',

  // Informe de gestión
  gestion: 'Gestión', gestionTitle: 'Informe de gestión', gestionHint: 'La base recibida en esos días, con el resultado de cada registro. El archivo trae todos; cada descarga queda en la auditoría.',
  asOfDay: 'Como estaba al cierre de', received: 'Recibidos', rowState: 'Estado', share: 'Parte', exclusions: 'Excluidos, por motivo', noneReceived: 'No se recibió base en esos días.',
  gestionDay: 'Corte: % · versión %', restated: 'corregido %',
  rowstate_virgen: 'virgen', rowstate_en_gestion: 'en gestión', rowstate_agotado: 'agotado', rowstate_cerrado: 'cerrado', rowstate_excluido: 'excluido',

  // Informe gerencial and sábana
  gerencial: 'Gerencial', gerencialTitle: 'Informe gerencial', toPrint: 'Página para imprimir', before: 'Antes', change: 'Cambio', shortfall: 'Qué falta', evolution: 'Evolución', evolutionHint: '* incompleto · ⚠ corregido después',
  byDay: 'Por día', byWeek: 'Por semana', byMonth: 'Por mes', span: 'Período', parts: 'Por parte', pipeline: 'De aceptada a legalizada', ofAccepted: 'De las aceptadas', ofBefore: 'De la etapa anterior',
  losses: 'Causas de pérdida', noLosses: 'Ninguna en esos días.', count: 'Cuántas', plans: 'Planes de acción', action: 'Acción', owner: 'Responsable', dueOn: 'Hasta', nothingYet: 'Nada en esos días.',
  sabana: 'Sábana', noSalesThen: 'No se aceptaron ventas en esos días.', drawnOf: 'aquí las primeras %; el archivo trae todas', lostBy: 'Causa de pérdida',

  // Goals and rosters
  goals: 'Metas y turnos', noGoals: 'No hay metas en esos días. Cárguelas desde un archivo.', wholeDay: 'todo el día', everybody: 'todos', loadGoals: 'Cargar metas (CSV: fecha;hora;asesor;ventas;valor)',
  goalsReplaced: 'Se reemplazan las metas de los días que el archivo nombra. Si algo está mal no se carga nada.', roster: 'Turnos', noRoster: 'No hay turnos en esos días. Cárguelos desde un archivo.', breaks: 'Descansos',
  loadRoster: 'Cargar turnos (CSV: asesor;fecha;desde;hasta;descansos)', rosterReplaced: 'Se reemplazan los turnos de los asesores en los días que el archivo nombra. Si algo está mal no se carga nada.',
  usualShift: 'Turno usual de quien no está en la programación, en minutos', usualHint: 'Vacío: no se sabe, y sus días de asesor son s/d.', savedIt: 'Guardado', loadedFile: 'Cargado: %. Cambios: %', loadIt: 'Cargar',
  linesOf: 'renglones: %', wrongRows: 'Renglones con error', nothingLoaded: 'No se cargó nada de %. Corrija estos renglones:', column: 'Columna', whatChanged: 'Qué cambió', now: 'Ahora', takenAway: 'quitado',

  // Operating model
  model: 'Modelo de operación', agenda: 'Agenda', ideas: 'Ideas', modelSheet: 'Seguimiento Modelo Operación', week: 'Semana', weekBefore: 'Semana anterior', weekAfter: 'Semana siguiente', thisWeek: 'Esta semana',
  practice: 'Práctica', role: 'Rol', every: 'Cada', minutesEach: 'Minutos', held: 'Hechas', heldOf: 'Hechas de debidas', missedOnes: 'Perdidas', left: 'Por hacer', adherence: 'Adherencia', allRoles: 'Todos',
  recordSession: 'Registrar una sesión', record: 'Registrar', sessions: 'Sesiones', noSessions: 'No se ha registrado ninguna en esta semana.', nothingDue: 'Nada se debe en esta semana.', participants: 'Participantes',
  agreements: 'Acuerdos', agreement: 'Acuerdo %', addAgreement: 'Añadir un acuerdo', takeAway: 'Quitar', heldBy: 'Quién la hizo', myself: 'yo', dayToday: 'Día (vacío: hoy)', minutesUsual: 'Minutos (vacío: los de siempre)',
  every_day: 'día', every_week: 'semana', every_fortnight: 'quincena', every_month: 'mes', every_half_year: 'semestre',
  role_supervisor: 'supervisor', role_coordinator: 'coordinador', role_manager: 'gerente', due_planned: 'por hacer', due_done: 'hecha', due_missed: 'perdida',
  plan: 'Plan', openPlan: 'Abrir un plan', closedToo: 'También los cerrados', noPlans: 'No hay planes abiertos.', missedTarget: 'Meta no cumplida', followUp: 'Seguimiento', follow: 'Seguir', followPlan: 'Seguimiento del plan %',
  daysLate: '% días tarde', dueWorking: 'Hasta (día hábil)', none: 'Ninguna', withoutPlan: 'Metas no cumplidas sin plan: %',
  plan_open: 'abierto', plan_late: 'atrasado', plan_done: 'hecho', plan_withdrawn: 'retirado',
  step_note: 'Nota', step_done: 'Hecho', step_due: 'Nueva fecha', step_owner: 'Nuevo responsable', step_withdrawn: 'Retirar', step_reopened: 'Reabrir',
  idea: 'Idea', author: 'De quién', noIdeas: 'Todavía no hay ideas. Escriba la primera.', judge: 'Decidir',
  idea_new: 'nueva', idea_under_review: 'en estudio', idea_accepted: 'aceptada', idea_done: 'hecha', idea_rejected: 'descartada',

  // Schedules
  schedules: 'Envíos', noSchedules: 'No hay envíos programados.', addSchedule: 'Programar un envío', name: 'Nombre', reportOf: 'Informe', whenRuns: 'Cuándo', place: 'A dónde', nextRun: 'Próximo',
  unmasked: 'sin enmascarar', businessDays: 'días hábiles', noSuchPlace: 'este nodo no tiene ese destino', runNow: 'Enviar ahora', remove: 'Quitar', removed: 'Quitado: %', removeSure: '¿Quitar el envío «%»? Lo ya enviado queda.',
  runs: 'Lo enviado', noRuns: 'Todavía no se ha enviado nada.', dueAt: 'Para cuándo', tries: 'Intentos', file: 'Archivo', redeliver: 'Reenviar', missedBefore: 'Antes se perdieron %.', asksRun: 'Pedido: %', asksAgain: 'Se intentará de nuevo',
  cron: 'Cuándo (cron)', cronHint: 'minuto hora día mes día-de-semana: 30 6 * * mon-fri', placeName: 'Destino, por su nombre en la configuración', businessOnly: 'Solo días hábiles', clearHint: 'Con documentos, nombres y teléfonos completos',
  report_gestion: 'informe de gestión', report_gerencial: 'informe gerencial', report_kpi: 'indicadores', report_hourly: 'hora a hora', report_sabana: 'sábana', report_parquet: 'días cerrados (Parquet)',
  period_today: 'hoy', period_yesterday: 'ayer', period_last_7_days: 'últimos 7 días', period_last_week: 'semana pasada', period_month_to_yesterday: 'mes hasta ayer', period_last_month: 'mes pasado',
  run_waiting: 'espera', run_running: 'en curso', run_arrived: 'llegó', run_dead: 'falló', run_folder: 'carpeta', run_email: 'correo', run_webhook: 'webhook',
};
