using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class EnvCommands
{
    private static readonly Option<string> Template = new Option<string>("--template", "-t")
    {
        Description = "The template to map to: `nginx` (its newest version) or `nginx@1.0.3`.",
        HelpName = "TEMPLATE",
        Required = true,
    }.OptionOfTemplates();

    private static readonly Option<string[]> With = new("--with") { Description = "An application to compose with it (repeatable).", HelpName = "APP", Arity = ArgumentArity.OneOrMore };

    private static readonly Option<string> To = new Option<string>("--to")
    {
        Description = "The template version to map to: `nginx` (its newest) or `nginx@1.0.3`.",
        HelpName = "TEMPLATE",
        Required = true,
    }.OptionOfTemplates();

    private static readonly Option<string?> First = new("--run")
    {
        Description = "Run this in each new environment, with its /bin/sh: in several at the same time, and then without standard input.",
        HelpName = "COMMAND",
    };

    private static readonly Option<string?> As = new("--as")
    {
        Description = $"Print what makes this runtime use the environment: {string.Join(", ", OtherRuntimes.Names)}.",
        HelpName = "RUNTIME",
    };

    public static Argument<string> NameArgument() => new Argument<string>("ENV") { Description = "The environment's name." }.OfEnvironments();

    public static Command Make()
    {
        var command = new Command("env", "Create, enter, list, remap and remove environments.");
        command.Add(MakeCreate());
        command.Add(MakeList());
        command.Add(MakeShow());
        command.Add(ExecCommand.Make());
        command.Add(MountCommands.MakeMount());
        command.Add(MountCommands.MakeUnmount());
        command.Add(MakePath());
        command.Add(MountCommands.MakeShell());
        command.Add(DiffCommands.MakeOfEnvironment());
        command.Add(MakeRemap());
        command.Add(MakeAddApplications());
        command.Add(MakeRemoveApplications());
        command.Add(MakeRemove());
        return command;
    }

    private static Command MakeCreate()
    {
        var names = new Argument<string[]>("ENV") { Description = "Names of the environments to create.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("create", "Create environments on a template version.") { names, Template, With, First, SharedOptions.DryRun };
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = CreateEnvironments.Run(workspace, parsed.GetRequiredValue(names), parsed.GetRequiredValue(Template), parsed.GetValue(With) ?? [], cancel);
            return Task.FromResult(parsed.PrintChanges(parsed.GetValue(First) is { } first ? CommandsAfterChange.AfterCreate(workspace, report, first) : report));
        });
        return command.WithExample("ez env create web --template debian-12 --with nginx");
    }

    private static Command MakeList()
    {
        var command = new Command("list", "List the environments.");
        command.Aliases.Add("ls");
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceToRead();
            var report = EnvironmentQueries.List(workspace);
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez env list");
    }

    private static Command MakeShow()
    {
        var name = NameArgument();
        var command = new Command("show", "Show an environment: its version, view, private area and history; or, for another runtime, a configuration that uses it.") { name, As };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            if (parsed.GetValue(As) is { } runtime)
            {
                var configuration = OtherRuntimes.Show(workspace, parsed.GetRequiredValue(name), runtime, SharedOptions.Program());
                parsed.Print(configuration, [configuration.Text.TrimEnd('\n')]);
                return ExitCodes.Ok;
            }

            var report = EnvironmentQueries.Show(workspace, parsed.GetRequiredValue(name));
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez env show web");
    }

    private static Command MakePath()
    {
        var name = NameArgument();
        var command = new Command("path", "Mount the environment's view where it is not mounted, and print where it is.") { name };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceToRead();
            var report = EnvironmentQueries.MountedPath(workspace, parsed.GetRequiredValue(name));
            parsed.Print(report, [report.Path]);
            return ExitCodes.Ok;
        });
        return command.WithExample("ls \"$(ez env path web)/etc\"");
    }

    private static Command MakeRemap()
    {
        var names = new Argument<string[]>("ENV") { Description = "Environments to remap.", Arity = ArgumentArity.OneOrMore }.OfEnvironments();
        var command = new Command("remap", "Point environments at another template version; private files stay.") { names, To, SharedOptions.Wait, SharedOptions.DryRun };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            var report = RemapEnvironments.Remap(workspace, parsed.GetRequiredValue(names), parsed.GetRequiredValue(To), parsed.GetValue(SharedOptions.Wait));
            return parsed.PrintChanges(report);
        });
        return command.WithExample("ez env remap web --to nginx@1.0.3");
    }

    private static Command MakeAddApplications()
    {
        var name = NameArgument();
        var apps = new Argument<string[]>("APP") { Description = "Applications to add: `postgresql` (its newest version) or `postgresql@1.0.2`.", Arity = ArgumentArity.OneOrMore }.OfTemplates();
        var command = new Command("add-app", "Add applications to an environment, on the OS version that it has; private files stay.") { name, apps, SharedOptions.Wait, SharedOptions.DryRun };
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = ChangeApplications.Add(workspace, parsed.ApplicationsRequest(name, apps), cancel);
            return Task.FromResult(parsed.PrintChanges(report));
        });
        return command.WithExample("ez env add-app web postgresql");
    }

    private static Command MakeRemoveApplications()
    {
        var name = NameArgument();
        var apps = new Argument<string[]>("APP") { Description = "Applications to remove: `postgresql`.", Arity = ArgumentArity.OneOrMore }.OfTemplates();
        var command = new Command("remove-app", "Remove applications from an environment; private files stay.") { name, apps, SharedOptions.Wait, SharedOptions.DryRun };
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = ChangeApplications.Remove(workspace, parsed.ApplicationsRequest(name, apps), cancel);
            return Task.FromResult(parsed.PrintChanges(report));
        });
        return command.WithExample("ez env remove-app web postgresql");
    }

    private static ApplicationsRequest ApplicationsRequest(this ParseResult parsed, Argument<string> name, Argument<string[]> apps) =>
        new(parsed.GetRequiredValue(name), parsed.GetRequiredValue(apps), parsed.GetValue(SharedOptions.Wait));

    private static Command MakeRemove()
    {
        var names = new Argument<string[]>("ENV") { Description = "Environments to remove, with their private files.", Arity = ArgumentArity.OneOrMore }.OfEnvironments();
        var command = new Command("remove", "Remove environments and their private files.") { names, SharedOptions.Wait, SharedOptions.DryRun };
        command.Aliases.Add("rm");
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            var report = RemoveEnvironments.Run(workspace, parsed.GetRequiredValue(names), parsed.GetValue(SharedOptions.Wait));
            return parsed.PrintChanges(report);
        });
        return command.WithExample("ez env remove web");
    }
}
