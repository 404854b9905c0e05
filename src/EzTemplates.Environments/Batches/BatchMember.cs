using System.Runtime.ExceptionServices;
using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// One of the environments that a command changes together. It takes part in each next step until one fails for it, which keeps
/// none of the others from theirs.
/// </summary>
internal class BatchMember(EnvironmentName name) : IDisposable
{
    /// <summary>So many at once: each holds its lock, a descriptor, and a thousand of these are what a process surely has.</summary>
    public const int Most = 500;

    public EnvironmentName Name => name;

    public FileLock? Lock { get; set; }

    /// <summary>Its view was unmounted on the way.</summary>
    public bool WasMounted { get; set; }

    /// <summary>There is nothing to do for it.</summary>
    public bool IsDone { get; set; }

    public EzException? Failure { get; private set; }

    public bool IsBusy => Failure is BusyEnvironmentException;

    public bool GoesOn => Failure is null && !IsDone;

    /// <summary>The first failure is the one that counts.</summary>
    public void Fail(EzException failure) => Failure ??= failure;

    /// <summary>To try once more what failed.</summary>
    public void TryAgain() => Failure = null;

    public void ThrowIfFailed()
    {
        if (Failure is not null)
        {
            ExceptionDispatchInfo.Throw(Failure);
        }
    }

    public void Dispose() => Lock?.Dispose();
}

internal static class BatchSteps
{
    /// <summary>One step of each that goes on.</summary>
    public static void Each<T>(this IEnumerable<T> members, Action<T> step)
        where T : BatchMember
    {
        foreach (var member in members.Where(member => member.GoesOn))
        {
            Do(member, step);
        }
    }

    /// <summary>As <see cref="Each{T}"/>, for what comes after the commits; see <see cref="EnvironmentFailure.OfCommitted"/>.</summary>
    public static void EachCommitted<T>(this IEnumerable<T> members, Action<T> step)
        where T : BatchMember
    {
        foreach (var member in members.Where(member => member.GoesOn))
        {
            Do(member, step, EnvironmentFailure.OfCommitted);
        }
    }

    /// <summary>As <see cref="Each{T}"/>, on all cores: for a step that touches nothing but the member's own files.</summary>
    public static void EachAtOnce<T>(this IEnumerable<T> members, Action<T> step)
        where T : BatchMember
    {
        var all = members.Where(member => member.GoesOn).ToList();
        if (all.Count < 2)
        {
            all.Each(step);
            return;
        }

        try
        {
            all.AsParallel().ForAll(member => Do(member, step));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }

    /// <summary>One step that is the same for all that go on: it fails for all of them or for none.</summary>
    public static void Together<T>(this IEnumerable<T> members, Action<IReadOnlyList<T>> step)
        where T : BatchMember
    {
        var all = members.Where(member => member.GoesOn).ToList();
        if (all.Count == 0)
        {
            return;
        }

        try
        {
            step(all);
        }
        catch (Exception caught) when (caught is EzException || DiskFailure.Is(caught))
        {
            all.ForEach(member => member.Fail(EnvironmentFailure.Of(member.Name, caught)!));
        }
    }

    public static void DisposeAll(this IEnumerable<BatchMember> members)
    {
        foreach (var member in members)
        {
            member.Dispose();
        }
    }

    private static void Do<T>(T member, Action<T> step, Func<EnvironmentName, Exception, EzException?>? failureOf = null)
        where T : BatchMember
    {
        try
        {
            step(member);
        }
        catch (Exception caught) when ((failureOf ?? EnvironmentFailure.Of)(member.Name, caught) is { } failure)
        {
            member.Fail(failure);
        }
    }
}
