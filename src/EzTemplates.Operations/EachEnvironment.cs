using System.Runtime.ExceptionServices;
using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>One change on several environments: one that fails does not keep the others from theirs, and no outcome is lost.</summary>
internal static class EachEnvironment
{
    /// <summary>One after another.</summary>
    /// <exception cref="EzException">The only one failed, or a name is none; then nothing was changed.</exception>
    public static EnvironmentChangesReport Change(IReadOnlyList<string> names, Func<EnvironmentName, EnvironmentChange> change) =>
        Report(Parse(names).Select(name => Try(name, change)));

    /// <summary>All at once.</summary>
    /// <param name="change">Answers with either of the two for each.</param>
    /// <exception cref="EzException">As of <see cref="Change"/>.</exception>
    public static EnvironmentChangesReport ChangeAll(
        IReadOnlyList<string> names, Func<IReadOnlyList<EnvironmentName>, IEnumerable<(EnvironmentChange Change, EzException? Failure)>> change) =>
        Report(change(Parse(names)));

    /// <summary>How a report tells of one that failed.</summary>
    public static (EnvironmentChange Change, EzException? Failure) Failed(EnvironmentName name, EzException failure) =>
        (new EnvironmentChange(name.ToString(), null, null, "failed", failure.Message), failure);

    private static List<EnvironmentName> Parse(IReadOnlyList<string> names) => [.. names.Select(EnvironmentName.Parse).Distinct()];

    private static (EnvironmentChange Change, EzException? Failure) Try(EnvironmentName name, Func<EnvironmentName, EnvironmentChange> change)
    {
        try
        {
            return (change(name), null);
        }
        catch (EzException failure)
        {
            return Failed(name, failure);
        }
        catch (Exception refused) when (DiskFailure.Is(refused))
        {
            return Failed(name, DiskFailure.Of("change environment", name.ToString(), refused));
        }
    }

    private static EnvironmentChangesReport Report(IEnumerable<(EnvironmentChange Change, EzException? Failure)> outcomes)
    {
        var all = outcomes.ToList();
        if (all is [(_, { } failure)])
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return new EnvironmentChangesReport([.. all.Select(one => one.Change)]) { Failures = [.. all.Select(one => one.Failure).OfType<EzException>()] };
    }
}
