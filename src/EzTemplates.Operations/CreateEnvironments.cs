using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env create</c>: environments on a template version. Nothing is mounted and no file is copied.</summary>
public static class CreateEnvironments
{
    public static EnvironmentChangesReport Run(Workspace workspace, IReadOnlyList<string> names, string template)
    {
        var mapping = TemplateChoice.ToMapping(workspace.Store, TemplateChoice.Find(workspace.Store, template));
        if (workspace.Options.DryRun)
        {
            return EachEnvironment.Change(names, name => new EnvironmentChange(name.ToString(), null, mapping.Template, "planned"));
        }

        using var creation = workspace.Environments.BeginCreation();
        var report = EachEnvironment.Change(names, name =>
        {
            creation.Prepare(name, mapping);
            return new EnvironmentChange(name.ToString(), null, mapping.Template, "created");
        });
        creation.Publish();
        return report;
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

    private static EnvironmentChange Create(Workspace workspace, EnvironmentName name, Mapping mapping)
    {
        workspace.Environments.Create(name, mapping);
        return new EnvironmentChange(name.ToString(), null, mapping.Template, "created");
    }
}
