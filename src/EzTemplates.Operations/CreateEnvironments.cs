using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env create</c>: environments on a template version. Nothing is mounted and no file is copied.</summary>
public static class CreateEnvironments
{
    /// <param name="with">Applications to compose with the template.</param>
    public static EnvironmentChangesReport Run(Workspace workspace, IReadOnlyList<string> names, string template, IReadOnlyList<string> with, CancellationToken cancel)
    {
        var below = TemplateChoice.Find(workspace.Store, template);
        if (workspace.Options.DryRun)
        {
            var planned = ComposedTemplates.NameOf([below, .. with.Select(app => TemplateChoice.Find(workspace.Store, app))]);
            return EachEnvironment.Change(names, name => new EnvironmentChange(name.ToString(), null, planned, "planned"));
        }

        var mapping = with.Count == 0 ? TemplateChoice.ToMapping(workspace.Store, below) : ComposedTemplates.Of(workspace, below, with, cancel).ToMapping();
        return CommandsAfterChange.HooksAfterCreate(workspace, Create(workspace, names, mapping), mapping);
    }

    /// <summary>For <c>ez up</c>: makes the environment, or moves it to this version if it is on another.</summary>
    public static EnvironmentChange CreateOrMove(Workspace workspace, string name, TemplateReference to, bool wait)
    {
        var mapping = TemplateChoice.ToMapping(workspace.Store, TemplateChoice.Find(workspace.Store, to.ToString()));
        var environment = EnvironmentName.Parse(name);
        return workspace.Environments.Exists(environment)
            ? RemapEnvironments.Move(workspace, environment, mapping, MappingAction.Upgrade, wait ? WhenBusy.Wait : WhenBusy.Fail) switch
            {
                { Outcome: "remapped" } moved => moved with { Outcome = "upgraded" },
                var other => other,
            }
            : Create(workspace, environment, mapping);
    }

    private static EnvironmentChangesReport Create(Workspace workspace, IReadOnlyList<string> names, Mapping mapping)
    {
        using var creation = workspace.Environments.BeginCreation();
        var report = EachEnvironment.Change(names, name =>
        {
            creation.Prepare(name, mapping);
            return new EnvironmentChange(name.ToString(), null, mapping.Template, "created");
        });
        creation.Publish();
        return report;
    }

    /// <exception cref="EzException">Environment: there is one of that name; or a hook failed in the new one, which is there all the same.</exception>
    internal static EnvironmentChange Create(Workspace workspace, EnvironmentName name, Mapping mapping)
    {
        var report = CommandsAfterChange.HooksAfterCreate(workspace, Create(workspace, [name.ToString()], mapping), mapping);
        return report.Failures is [var failure, ..] ? throw failure : report.Changes[0];
    }
}
