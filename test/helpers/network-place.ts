import { execFileSync } from "node:child_process";
import { debian } from "./debian.ts";

const ip = (...args: string[]): unknown => execFileSync("ip", args);

/** A network of its own on this machine, with an address and a cable, by Linux's namespaces: as if it were another one. Needs root. */
export class NetworkPlace {
  readonly #name: string;
  readonly #cable: string;
  /** By which address programs there reach this machine. */
  readonly gateway: string;

  private constructor(number: number) {
    this.#name = `cifar-kit-${number}`;
    this.#cable = `ck-${number}`;
    this.gateway = `10.77.${number}.1`;
  }

  /** @param number from 1 to 254, which no other one has. */
  static async make(number: number): Promise<NetworkPlace> {
    await debian("/usr/sbin/ip", "iproute2");
    const place = new NetworkPlace(number);
    const inside = ["-n", place.#name];
    ip("netns", "add", place.#name);
    ip("link", "add", place.#cable, "type", "veth", "peer", "name", "eth0", "netns", place.#name);
    ip("addr", "add", `${place.gateway}/24`, "dev", place.#cable);
    ip("link", "set", place.#cable, "up");
    ip(...inside, "addr", "add", `10.77.${number}.2/24`, "dev", "eth0");
    ip(...inside, "link", "set", "eth0", "up");
    ip(...inside, "link", "set", "lo", "up");
    return place;
  }

  /** What stands before a command that is to run there. */
  get prefix(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** Pulls the cable out: nobody there hears that, packets are lost. */
  unplug(): void {
    ip("link", "set", this.#cable, "down");
  }

  plug(): void {
    ip("link", "set", this.#cable, "up");
  }

  remove(): void {
    ip("link", "delete", this.#cable);
    ip("netns", "delete", this.#name);
  }
}
