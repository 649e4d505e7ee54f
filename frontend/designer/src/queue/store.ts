// Keeps queued edits in IndexedDB, where they survive a reload; in memory where the browser gives none.
import type { QueuedEdit, Store } from "./types";

const NAME = "integrator-edits";
const TABLE = "edits";

export async function openStore(factory: IDBFactory | undefined): Promise<Store> {
  if (!factory) return new MemoryStore();
  try {
    return new DatabaseStore(await open(factory));
  } catch {
    return new MemoryStore(); // a private window may refuse; edits then live as long as the page
  }
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(NAME, 1);
  request.onupgradeneeded = () => {
    const table = request.result.createObjectStore(TABLE, { keyPath: "seq", autoIncrement: true });
    table.createIndex("scope", "scope");
  };
  return result(request);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

class DatabaseStore implements Store {
  constructor(private readonly database: IDBDatabase) {}

  async add(edit: Omit<QueuedEdit, "seq">): Promise<QueuedEdit> {
    const seq = await result(this.table("readwrite").add(edit));
    return { ...edit, seq: Number(seq) };
  }

  list(scope: string): Promise<QueuedEdit[]> {
    return result(this.table("readonly").index("scope").getAll(scope) as IDBRequest<QueuedEdit[]>);
  }

  async put(edit: QueuedEdit): Promise<void> {
    await result(this.table("readwrite").put(edit));
  }

  async remove(seq: number): Promise<void> {
    await result(this.table("readwrite").delete(seq));
  }

  private table(mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(TABLE, mode).objectStore(TABLE);
  }
}

export class MemoryStore implements Store {
  private readonly edits = new Map<number, QueuedEdit>();
  private last = 0;

  async add(edit: Omit<QueuedEdit, "seq">): Promise<QueuedEdit> {
    const kept = { ...edit, seq: (this.last += 1) };
    this.edits.set(kept.seq, kept);
    return kept;
  }

  async list(scope: string): Promise<QueuedEdit[]> {
    return [...this.edits.values()].filter((edit) => edit.scope === scope);
  }

  async put(edit: QueuedEdit): Promise<void> {
    this.edits.set(edit.seq, edit);
  }

  async remove(seq: number): Promise<void> {
    this.edits.delete(seq);
  }
}
