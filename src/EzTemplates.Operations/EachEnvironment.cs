using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>One change on several environments: one that fails does not keep the others from theirs, and no outcome is lost.</summary>
internal static class EachEnvironment
{
    /// <exception cref="EzException">The only one failed, or a name is none; then nothing was changed.</exception>
    public static EnvironmentChangesReport Change(IReadOnlyList<string> names, Func<EnvironmentName, EnvironmentChange> change)
    {
        var parsed = names.Select(EnvironmentName.Parse).Distinct().ToList();
        if (parsed is [var only])
        {
            return new EnvironmentChangesReport([change(only)]);
        }

        var changes = new List<EnvironmentChange>();
        var failures = new List<EzException>();
        foreach (var name in parsed)
        {
            try
            {
                changes.Add(change(name));
            }
            catch (EzException failure)
            {
                failures.Add(failure);
                changes.Add(new EnvironmentChange(name.ToString(), null, null, "failed", failure.Message));
            }
        }

        return new EnvironmentChangesReport(changes) { Failures = failures };
    }
}
