using EzTemplates.Domain;
using EzTemplates.Domain.Composition;

namespace EzTemplates.Operations;

/// <summary>What one run of a layer's scripts made.</summary>
/// <param name="IsSettled">Whether no other run would see another system than this one did.</param>
internal readonly record struct ScriptRun(ComposedManifest Tree, bool IsSettled);

/// <summary>A layer is configured again until its scripts make no user or group whose number they were not told before.</summary>
internal static class ScriptRuns
{
    // The second run knows all names and numbers that the first has met, and scripts that go by what is there may meet others then.
    private const int Most = 4;

    /// <param name="configure">Configures the layer from its start; the second argument is what the run before has met, null for the first.</param>
    /// <exception cref="EzException">Environment: they never settle.</exception>
    public static ConfiguredTree UntilSettled(ConfigureSubject subject, Func<ScriptIds, ScriptIds?, ScriptRun> configure)
    {
        ScriptIds? before = null;
        for (var runs = 0; runs < Most; runs++)
        {
            var ids = new ScriptIds(subject.Ids, before?.Known ?? subject.Ids.Known, subject.Name);
            var run = configure(ids, before);
            if (run.IsSettled && !ids.HasMetOthers)
            {
                return new ConfiguredTree(run.Tree, ids.Made);
            }

            before = ids;
        }

        throw new EzException(
            FailureKind.Environment,
            $"cannot configure `{subject.Name}`: its scripts make users or groups of other names each time they run",
            "`exclude:` in the recipe leaves a package out");
    }
}
