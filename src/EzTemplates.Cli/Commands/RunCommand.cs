using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class RunCommand
{
    private static readonly Option<string[]> With = new("--with") { Description = "Show this application's template as well (repeatable).", HelpName = "APP", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<bool> Disk = new("--disk") { Description = "Keep what it writes on disk meanwhile, not in memory." };
    private static readonly Option<string?> MemorySize = new("--tmpfs-size") { Description = "The most memory that it may fill (default: half).", HelpName = "SIZE" };
    private static readonly Option<string?> Keep = new("--keep") { Description = "Make an environment of this name of it, which stays.", HelpName = "NAME" };

    public static Command Make()
    {
        var template = new Argument<string>("TEMPLATE") { Description = "`nginx` (its newest version), `nginx@1.0.3`, or the path of a recipe, which is built where needed." }.OfTemplates();
        var arguments = ExecOptions.CommandArgument();
        var command = new Command("run", "Run a command in a throw-away environment: a fresh view, gone with all that was written in it when the command ends.")
        {
            template, arguments, With, Disk, MemorySize, Keep, SharedOptions.Locked, SharedOptions.Offline, SharedOptions.Mirror, SharedOptions.DryRun,
        };
        ExecOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(MemorySize) is not null && (result.GetValue(Disk) || result.GetValue(Keep) is not null))
            {
                result.AddError("`--tmpfs-size` has no meaning with `--disk` or `--keep`");
            }

            if (result.GetValue(Disk) && result.GetValue(Keep) is not null)
            {
                result.AddError("`--keep` is on disk already: leave out `--disk`");
            }
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var name = parsed.GetRequiredValue(template);
            var request = new RunRequest(name, parsed.ExecuteRequest(parsed.GetValue(Keep) ?? name, parsed.GetRequiredValue(arguments)))
            {
                With = parsed.GetValue(With) ?? [],
                IsOnDisk = parsed.GetValue(Disk),
                MemorySize = parsed.GetValue(MemorySize),
                Keep = parsed.GetValue(Keep),
            };
            if (parsed.GetValue(SharedOptions.DryRun))
            {
                var plan = await RunThrowAway.PlanAsync(workspace, request, cancel).ConfigureAwait(false);
                parsed.Print(plan, RunText.Of(plan));
                return ExitCodes.Ok;
            }

            return parsed.Finish(await RunThrowAway.RunAsync(workspace, request, cancel).ConfigureAwait(false));
        });
        return command.WithExample("ez run build-essential --bind .:/src -- make -C /src", exec: true);
    }
}
