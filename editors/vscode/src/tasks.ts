// Tasks: florc check for a folder, its findings among the problems; florc run.
import * as path from "node:path";
import * as vscode from "vscode";
import { florcOrComplaint, findFlorc } from "./program";

interface Definition extends vscode.TaskDefinition {
  command: string;
  paths?: string[];
  arguments?: string[];
}

export class TaskProvider implements vscode.TaskProvider {
  async provideTasks(): Promise<vscode.Task[]> {
    const program = await findFlorc();
    if (program === undefined) {
      return [];
    }
    return (vscode.workspace.workspaceFolders ?? []).map((folder) => checkTask(program, { type: "flor", command: "check" }, folder));
  }

  /** Completes a task that stands in tasks.json. */
  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    const definition = task.definition as Definition;
    const program = await florcOrComplaint();
    if (program === undefined || definition.command !== "check") {
      return undefined;
    }
    return checkTask(program, definition, task.scope ?? vscode.TaskScope.Workspace);
  }
}

function checkTask(program: string, definition: Definition, scope: vscode.WorkspaceFolder | vscode.TaskScope): vscode.Task {
  const args = ["check", "--format=concise", ...(definition.arguments ?? []), ...(definition.paths ?? ["."])];
  const options = typeof scope === "object" ? { cwd: scope.uri.fsPath } : undefined;
  const task = new vscode.Task(definition, scope as vscode.WorkspaceFolder, "check", "flor", new vscode.ProcessExecution(program, args, options), ["$florc"]);
  task.group = vscode.TaskGroup.Build;
  task.detail = "Checks the flows of the folder";
  return task;
}

/** Runs a flow, that in the editor where none is given, to its end. */
export async function runFile(flow?: vscode.Uri | string): Promise<void> {
  const file = await savedFlow(flow);
  const program = file && (await florcOrComplaint());
  if (!file || !program) {
    return;
  }
  const task = new vscode.Task(
    { type: "flor", command: "run" },
    vscode.TaskScope.Workspace,
    `run ${path.basename(file)}`,
    "flor",
    new vscode.ProcessExecution(program, ["run", file], { cwd: path.dirname(file) }),
    [],
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  await vscode.tasks.executeTask(task);
}

/** The path of a flow, that in the editor where none is given, saved; undefined, with a message, where there is none. */
export async function savedFlow(flow?: vscode.Uri | string): Promise<string | undefined> {
  const uri = typeof flow === "string" ? vscode.Uri.parse(flow) : flow;
  const document = uri ? await vscode.workspace.openTextDocument(uri) : vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "flor" || document.uri.scheme !== "file" || (document.isDirty && !(await document.save()))) {
    void vscode.window.showErrorMessage("Open a .flo file that is saved on this machine first.");
    return undefined;
  }
  return document.uri.fsPath;
}
