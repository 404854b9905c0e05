using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What a command came to in one of several environments.</summary>
/// <param name="Status">Its exit status, or 128 + the signal that killed it; null where it did not run.</param>
/// <param name="Failure">Why it did not run, where that was tried.</param>
public sealed record BatchExecOutcome(EnvironmentName Environment, int? Status, EzException? Failure);

/// <summary>
/// Runs a command in each of several environments: their views are mounted together and kept by their locks, and some run at the same
/// time, since a sandbox waits for the kernel as long as it works.
/// </summary>
public sealed class BatchExec(EnvironmentStore environments)
{
    private static readonly int AtOnce = Math.Min(8, 2 * System.Environment.ProcessorCount);

    private readonly SandboxExec _exec = new(environments);

    /// <param name="request">The same for each but for the environment. Where there are several, nobody is at their standard input, which they would all read from.</param>
    /// <param name="isEnd">Whether a status ends the whole: what has not begun by then does not run.</param>
    /// <returns>In the order of the names.</returns>
    public IReadOnlyList<BatchExecOutcome> Run(IReadOnlyList<EnvironmentName> names, Func<EnvironmentName, ExecRequest> request, Func<int, bool> isEnd)
    {
        ArgumentNullException.ThrowIfNull(names);
        environments.Recover();
        var outcomes = new Dictionary<EnvironmentName, BatchExecOutcome>();
        foreach (var some in names.Order().Chunk(BatchMember.Most))
        {
            using var members = new BatchViews(environments).MountForUse(some);
            var isOver = RunSome(members.Members, request, isEnd);
            foreach (var member in members.Members)
            {
                outcomes[member.Name] = new BatchExecOutcome(member.Name, member.Status, member.Failure);
            }

            if (isOver)
            {
                break;
            }
        }

        return [.. names.Select(name => outcomes.GetValueOrDefault(name) ?? new BatchExecOutcome(name, null, null))];
    }

    /// <summary>Threads of their own: each waits most of the time, and the pool would give them out one by one.</summary>
    /// <returns>Whether the whole has ended.</returns>
    private bool RunSome(IReadOnlyList<ExecMember> members, Func<EnvironmentName, ExecRequest> request, Func<int, bool> isEnd)
    {
        using var nothing = members.Count == 1 ? null : File.OpenHandle("/dev/null");
        var input = (int?)nothing?.DangerousGetHandle();
        using var end = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var waiting = new ConcurrentQueue<ExecMember>(members.Where(member => member.GoesOn));
        Task.WaitAll([.. Enumerable.Range(0, Math.Min(AtOnce, waiting.Count)).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!end.IsCancellationRequested && waiting.TryDequeue(out var member))
                {
                    var asked = request(member.Name);
                    RunIn(member, input is { } none ? asked with { Streams = asked.Streams with { Input = none } } : asked, end.Token);
                    if (member.Status is { } status && isEnd(status))
                    {
                        end.Cancel();
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))]);
        return end.IsCancellationRequested;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }
    }

    /// <summary>Its lock goes as soon as its command has ended: the others may take long.</summary>
    private void RunIn(ExecMember member, ExecRequest request, CancellationToken cancellation)
    {
        try
        {
            member.Status = _exec.RunMounted(request, cancellation);
        }
        catch (Exception caught) when (EnvironmentFailure.Of(member.Name, caught) is { } failure)
        {
            member.Fail(failure);
        }
        finally
        {
            member.Dispose();
        }
    }
}

/// <summary>An environment that a command runs in.</summary>
internal sealed class ExecMember(EnvironmentName name) : BatchMember(name)
{
    public int? Status { get; set; }
}

/// <summary>Holds their locks.</summary>
internal sealed record ExecMembers(IReadOnlyList<ExecMember> Members) : IDisposable
{
    public void Dispose() => Members.DisposeAll();
}
