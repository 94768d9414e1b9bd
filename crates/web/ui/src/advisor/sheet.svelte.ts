// The sheet of one sale: what is written in it outlives a reload, and so does the sale it belongs to once the call is typified.
import { api, granted, Refused, type DeskContact, type Sale, type SaleEvidence, type SaleFields } from '../shared/api';
import { spoken } from '../shared/format';
import { carry, remembered } from '../shared/prefs';
import type { SaleDesk, SheetOf } from './sale-desk.svelte';
import { empty, unfit, written, type Values } from './sheet';
import { say } from './words';

/** A sale is found among those accepted since. */
const LATELY_MS = 12 * 3_600_000;

interface Waiting {
  kind: string;
  name: string;
  content: Blob;
}

export class SheetModel {
  fields = $state.raw<SaleFields | null>(null);
  values = $state<Values>({});
  /** What is wrong, by field: the server's code. */
  wrong = $state.raw<Values>({});
  sale = $state.raw<Sale | null>(null);
  evidence = $state.raw<SaleEvidence[]>([]);
  /** Files that go as soon as there is a sale. */
  waiting = $state.raw<Waiting[]>([]);
  sending = $state('');
  problem = $state('');
  done = $state('');
  busy = $state(false);
  /** What need not be kept as a draft: nobody changed it. Empty: a draft was brought. */
  #there = '';

  constructor(private readonly of: SheetOf, private readonly desk: SaleDesk, contact: DeskContact | null | undefined) {
    const kept = remembered(this.#name);
    if (kept) this.values = JSON.parse(kept) as Values;
    else if (contact && of.sale === null) this.values = known(contact);
    this.#there = kept ? '' : draft(this.values);
    $effect(() => {
      const values = draft(this.values);
      if (values !== this.#there) carry(this.#name, values);
    });
  }

  get #name() {
    return `sheet.${this.of.attempt}`;
  }

  load = async () => {
    try {
      this.fields = await granted(api.GET('/api/v1/campaigns/{id}/sale-fields', { params: { path: { id: this.of.campaign } } }));
      await this.find();
    } catch (refused) {
      this.problem = (refused as Error).message;
    }
  };

  /** Looks for the sale: it is there once the call was typified as one. */
  find = async () => {
    let id = this.of.sale;
    if (id === null) {
      const query = { campaign: this.of.campaign, from: Date.now() - LATELY_MS, limit: 1000 };
      const { sales } = await granted(api.GET('/api/v1/sales', { params: { query } }));
      id = sales.find((sale) => sale.attempt === this.of.attempt)?.id ?? null;
    }
    if (id === null) return;
    const record = await granted(api.GET('/api/v1/sales/{id}', { params: { path: { id } } }));
    this.sale = record.sale;
    this.evidence = record.evidence.filter((one) => one.erased_at == null);
    // What somebody has begun to write is not written over.
    if (record.sheet && draft(this.values) === this.#there) {
      this.values = { ...record.sheet.values };
      this.#there = draft(this.values);
    }
    const waiting = this.waiting;
    this.waiting = [];
    for (const file of waiting) await this.attach(file.kind, file.content, file.name);
  };

  save = async () => {
    const fields = this.fields?.fields ?? [];
    this.wrong = empty(fields, this.values);
    this.done = '';
    this.problem = Object.keys(this.wrong).length ? say('wrongFields', Object.keys(this.wrong).length) : '';
    if (this.problem || this.busy || !this.sale) return;
    this.busy = true;
    try {
      const path = { id: this.sale.id };
      this.sale = await granted(api.PUT('/api/v1/sales/{id}/sheet', { params: { path }, body: { values: written(fields, this.values) } }));
      this.done = say('sheetSaved');
      this.#there = draft(this.values);
      carry(this.#name, null);
      void this.desk.look();
    } catch (error) {
      const refused = error as Refused;
      this.wrong = Object.fromEntries(refused.rows.map((row) => [row.column, row.code]));
      this.problem = refused.rows.length ? say('wrongFields', refused.rows.length) : refused.message;
    }
    this.busy = false;
  };

  /** Attaches a file, now or as soon as there is a sale. */
  attach = async (kind: string, content: Blob, name: string) => {
    const why = unfit(content);
    this.problem = why ? say(why, name) : '';
    if (why) return;
    if (!this.sale) {
      this.waiting = [...this.waiting, { kind, name, content }];
      return;
    }
    this.sending = name;
    try {
      const params = { path: { id: this.sale.id }, query: { kind, name } };
      // The bytes as they are: no JSON is made of them.
      const raw = { body: content as never, bodySerializer: (body: unknown) => body as Blob, headers: { 'Content-Type': 'application/octet-stream' } };
      const kept = await granted(api.POST('/api/v1/sales/{id}/evidence', { params, ...raw }));
      this.evidence = [...this.evidence, kept];
      void this.desk.look();
    } catch (refused) {
      this.problem = (refused as Error).message;
    }
    this.sending = '';
  };

  /** Kinds of which one is missing still. */
  get missing(): string[][] {
    const has = (kind: string) => this.evidence.some((one) => one.kind === kind);
    return (this.fields?.required ?? []).filter((kinds) => !kinds.some(has));
  }
}

/** What was written, as it is kept; a field that is shown and empty says nothing. */
const draft = (values: Values): string => JSON.stringify(Object.fromEntries(Object.entries(values).filter(([, value]) => value)));

/** What the card knows already, where a sheet asks for it. */
const known = (contact: DeskContact): Values => ({
  nombre: spoken(contact.name),
  documento: contact.document,
  linea: contact.phones.find((phone) => phone.current)?.number ?? '',
});
