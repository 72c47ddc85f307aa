/** A Slurm cluster of one's own: a controller and two nodes on this machine, in a temporary folder. Needs root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { debian } from "../helpers/debian.ts";

const NODES = ["n1", "n2"];
const PORT = 27_817;

/** The cluster, while it runs. */
export class SlurmCluster {
  readonly root = mkdtempSync(join(tmpdir(), "cifar-kit-slurm-"));
  readonly #daemons = new Map<string, ChildProcess>();

  /** Starts one, and waits until its nodes are there. */
  static async start(): Promise<SlurmCluster> {
    await debian("/usr/sbin/slurmctld", "slurmctld", "slurmd", "slurm-client");
    const cluster = new SlurmCluster();
    for (const folder of ["state", ...NODES]) mkdirSync(join(cluster.root, folder));
    writeFileSync(cluster.#conf, configuration(cluster.root));
    cluster.#daemon("slurmctld", "slurmctld", "-D", "-c");
    for (const node of NODES) cluster.startNode(node);
    await cluster.until(() => cluster.run("sinfo", "-h", "-o", "%t %D").trim() === "idle 2");
    return cluster;
  }

  /** Starts a node. */
  startNode(node: string): void {
    this.#daemon(node, "slurmd", "-D", "-N", node);
  }

  /** Runs one of Slurm's commands; gives what it prints. */
  run(command: string, ...args: string[]): string {
    return execFileSync(command, args, {
      encoding: "utf8",
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** Hands in a script; gives the number of the job. */
  submit(script: string, env: Record<string, string>, ...args: string[]): string {
    return execFileSync("sbatch", ["--parsable", ...args, script], {
      encoding: "utf8",
      env: { ...this.#environment, ...env },
    }).trim();
  }

  /** What Slurm says of a task of an array job, e.g. `JobState`; empty if it knows it no more. */
  field(job: string, name: string): string {
    try {
      const text = this.run("scontrol", "show", "job", "-o", job);
      return new RegExp(`\\b${name}=(\\S*)`).exec(text)?.[1] ?? "";
    } catch {
      return "";
    }
  }

  /** Waits for something. */
  async until(isSo: () => boolean): Promise<void> {
    for (let time = 0; time < 3000; time++) {
      try {
        if (isSo()) return;
      } catch {
        // The controller does not answer yet.
      }
      await sleep(100);
    }
    throw new Error(`waited in vain: ${this.run("squeue")}\n${this.log("slurmctld")}`);
  }

  /** What a daemon has said. */
  log(name: string): string {
    return readFileSync(join(this.root, `${name}.log`), "utf8");
  }

  /** Ends it and removes all of it. */
  async remove(): Promise<void> {
    try {
      this.run("scancel", "--user", "root");
      await sleep(500);
    } catch {
      // It is not there any more.
    }
    for (const daemon of this.#daemons.values()) daemon.kill("SIGKILL");
    rmSync(this.root, { recursive: true, force: true });
  }

  get #conf(): string {
    return join(this.root, "slurm.conf");
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: this.#conf };
  }

  #daemon(name: string, program: string, ...args: string[]): void {
    const output = openSync(join(this.root, `${name}.log`), "a");
    const daemon = spawn(`/usr/sbin/${program}`, args, {
      env: this.#environment,
      stdio: ["ignore", output, output],
    });
    this.#daemons.set(name, daemon);
  }
}

const configuration = (root: string): string => `
ClusterName=cifar-kit
SlurmctldHost=${hostname().split(".")[0]}(127.0.0.1)
SlurmctldPort=${PORT}
SlurmUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation=${root}/state
SlurmctldPidFile=${root}/slurmctld.pid
SlurmdPidFile=${root}/%n.pid
SlurmdSpoolDir=${root}/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdTimeout=10
KillWait=30
SchedulerParameters=sched_interval=1,bf_interval=1
MailProg=/bin/true
${NODES.map((node, i) => `NodeName=${node} NodeHostname=${hostname().split(".")[0]} NodeAddr=127.0.0.1 Port=${PORT + 1 + i} CPUs=2`).join("\n")}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
