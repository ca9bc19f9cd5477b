// JSON-RPC over a WebSocket: each text message is one message, without headers.
import { AbstractMessageReader, AbstractMessageWriter, DataCallback, Disposable, Message, MessageTransports } from "vscode-languageclient";

/** Resolves once the connection is open. */
export function connectWebSocket(url: string): Promise<MessageTransports> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    // The reader listens from the start, so that no message is missed.
    const transports = { reader: new Reader(socket), writer: new Writer(socket) };
    socket.addEventListener("open", () => resolve(transports));
    socket.addEventListener("close", () => {
      const place = new URL(url).host; // without the token
      reject(new Error(`nothing answers at ${place}, or the token is not the one that it printed; start florc lsp --listen anew and set flor.server.url`));
    });
  });
}

class Reader extends AbstractMessageReader {
  private callback: DataCallback | undefined;
  private early: Message[] = [];

  constructor(socket: WebSocket) {
    super();
    socket.addEventListener("message", (event) => {
      try {
        this.deliver(JSON.parse(event.data));
      } catch (error) {
        this.fireError(error);
      }
    });
    socket.addEventListener("close", () => this.fireClose());
  }

  listen(callback: DataCallback): Disposable {
    this.callback = callback;
    this.early.splice(0).forEach(callback);
    return { dispose: () => (this.callback = undefined) };
  }

  private deliver(message: Message): void {
    if (this.callback) {
      this.callback(message);
    } else {
      this.early.push(message);
    }
  }
}

class Writer extends AbstractMessageWriter {
  constructor(private readonly socket: WebSocket) {
    super();
    socket.addEventListener("close", () => this.fireClose());
  }

  async write(message: Message): Promise<void> {
    if (this.socket.readyState !== WebSocket.OPEN) {
      throw new Error("the connection to the language server is closed");
    }
    this.socket.send(JSON.stringify(message));
  }

  end(): void {
    this.socket.close();
  }
}
