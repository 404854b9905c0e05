using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class StoreCommands
{
    public static Command Make()
    {
        var command = new Command("store", "Look after the store: what takes how much, who keeps what, remove and repair.");
        command.Add(MakeDf());
        command.Add(MakeWhy());
        command.Add(MakeGc());
        command.Add(MakeCheck());
        return command;
    }

    public static Command MakeTemplateRemove()
    {
        var versions = new Argument<string[]>("TEMPLATE") { Description = "Versions to remove: `nginx@1.0.3`.", Arity = ArgumentArity.OneOrMore }.OfTemplates();
        var command = new Command("remove", "Remove template versions that no environment maps to; `ez store gc` then frees their space.") { versions, SharedOptions.DryRun };
        command.Aliases.Add("rm");
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            var report = RemoveTemplates.Run(workspace, parsed.GetRequiredValue(versions));
            parsed.Print(report, CareText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez template remove nginx@1.0.3");
    }

    private static Command MakeDf()
    {
        var command = new Command("df", "Show what takes how much on disk, shared and unique, and what `ez store gc` would free.");
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = MeasureStore.Run(workspace, cancel);
            parsed.Print(report, CareText.Of(report));
            return Task.FromResult(ExitCodes.Ok);
        });
        return command.WithExample("ez store df");
    }

    private static Command MakeWhy()
    {
        var what = new Argument<string>("WHAT")
        {
            Description = "A digest or its start (8 digits), an absolute path below the store, or a path of a template: `nginx:/usr/sbin/nginx`.",
        };
        var command = new Command("why", "Show who keeps something in the store, and which package brought it.") { what };
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = ExplainStored.Run(workspace, parsed.GetRequiredValue(what), cancel);
            parsed.Print(report, CareText.Of(report));
            return Task.FromResult(ExitCodes.Ok);
        });
        return command.WithExample("ez store why nginx:/usr/sbin/nginx");
    }

    private static Command MakeCheck()
    {
        var repair = new Option<bool>("--repair") { Description = "Make anew what is damaged: from archives at hand, else from a mirror." };
        var recipes = new Option<string[]>("--recipe") { Description = "A recipe whose mirrors have the archives (repeatable); those found as `ez build TEMPLATE` finds them need no naming.", HelpName = "RECIPE" };
        var command = new Command("check", "Read everything in the store again, and say what is not as it should be and what that hits. Exit 6 if something stays bad.")
        {
            repair, recipes, SharedOptions.Offline, SharedOptions.Mirror,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = await CheckStore.RunAsync(workspace, new CheckRequest(parsed.GetValue(repair), parsed.GetValue(recipes) ?? []), cancel).ConfigureAwait(false);
            parsed.Print(report, CareText.Of(report));
            return report.IsWhole ? ExitCodes.Ok : ExitCodes.Store;
        });
        return command.WithExample("ez store check --repair");
    }

    private static Command MakeGc()
    {
        var command = new Command("gc", "Remove what no kept version, environment or running command needs; shows the plan first.") { SharedOptions.DryRun };
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = CollectGarbage.Run(workspace, plan => WritePlan(parsed, plan));
            parsed.Print(report, CareText.Of(report));
            return Task.FromResult(ExitCodes.Ok);
        });
        return command.WithExample("ez store gc --dry-run");
    }

    private static void WritePlan(ParseResult parsed, GarbageReport plan)
    {
        if (!parsed.GetValue(SharedOptions.Json))
        {
            foreach (var line in CareText.PlanOf(plan))
            {
                parsed.InvocationConfiguration.Output.WriteLine(line);
            }
        }
    }
}
