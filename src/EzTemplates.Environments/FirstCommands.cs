using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What first commands run in: an environment whose lock the caller has and whose view is mounted.</summary>
internal sealed record FirstCommandPlace
{
    /// <summary>The view's root.</summary>
    public required string View { get; init; }

    /// <summary>Of the version that is mapped.</summary>
    public required Func<Manifest> Manifest { get; init; }

    /// <summary>That version's: one that a failed or undone move had brought is forgotten.</summary>
    public required Func<ImmutableArray<FirstCommand>> Wanted { get; init; }

    /// <summary>Processes that live in the view.</summary>
    public required Func<ImmutableArray<int>> Users { get; init; }
}

/// <summary>
/// The commands that make an environment's own keys, certificates and databases, kept until they have run. They run before the first command
/// that `ez` runs in it, or before it is mounted for others, while all of those wait. What one that failed or was interrupted has made is removed,
/// so that nothing half made is taken for whole, and it is tried again at the next. Where it could be somebody else's, since other processes are in
/// the environment or it changed when the command must have ended long ago, it stays and is told; and one that has failed is not tried again
/// before the others have ended. Nothing here keeps a user's command from running.
/// </summary>
internal sealed class FirstCommands(EnvironmentHost host, EnvironmentName name)
{
    // Beyond which what changes is not the command's.
    private static readonly TimeSpan Longest = FirstCommandRun.Limit + TimeSpan.FromMinutes(1);

    private readonly string _folder = host.Layout.EnvironmentOf(name.ToString());

    private string Log => Path.Combine(_folder, "first-commands.log");

    /// <summary>Held while first commands run.</summary>
    private string TurnLock => Path.Combine(_folder, "first-commands.lock");

    /// <summary>Held by commands that went on without all of this.</summary>
    private string InsideLock => Path.Combine(_folder, "first-commands.inside");

    private string Area => Path.Combine(_folder, "private");

    private NotedCommands Noted => new(_folder);

    /// <summary>For an environment that is being made; whoever gives it its name syncs before.</summary>
    public static void Begin(string folder, ImmutableArray<FirstCommand> commands)
    {
        if (!commands.IsEmpty)
        {
            NotedCommands.Begin(folder, commands.Select(command => command.Command));
        }
    }

    /// <summary>
    /// Before a move: takes back what interrupted commands have made, as the version tells it that they ran in, and adds those that the next
    /// brings, but for what is there already: the environment has had the application before, or has made its own. The caller has the
    /// environment alone, and its view is not mounted.
    /// </summary>
    /// <param name="from">The version that is mapped still.</param>
    public void Move(ImmutableArray<FirstCommand> brought, Manifest from, Func<Manifest> to)
    {
        if (brought.IsEmpty && !Noted.AreThere)
        {
            return;
        }

        var noted = Noted.Read();
        var left = noted.Where(command => command.Begun is null || TakeBack(command, Area, from, [], isInterrupted: true)).Select(command => command with { Begun = null }).ToList();
        var known = noted.Select(command => command.Command).ToHashSet(StringComparer.Ordinal);
        var added = brought.Where(command => !known.Contains(command.Command) && OwnData.Find(Area, to(), command.Patterns, []).IsEmpty).Select(command => new NotedCommand(command.Command));
        ImmutableArray<NotedCommand> next = [.. left, .. added];
        if (!next.SequenceEqual(noted))
        {
            Noted.Replace(next);
        }
    }

    /// <summary>Runs what is noted. One that fails is told of, and stops nothing.</summary>
    /// <param name="run">Runs one in the view; null is one that was killed.</param>
    /// <returns>To be held for as long as the caller is in the environment: what is tried again is tried without him. Null where nothing is left.</returns>
    public FileLock? Run(FirstCommandPlace place, Func<ExecRequest, TimeSpan, int?> run, CancellationToken cancellation)
    {
        if (!Noted.AreThere)
        {
            return null;
        }

        using var turn = FileLock.Acquire(TurnLock, FileLockMode.Exclusive, $"the first commands of environment {name}", host.Patience);
        SettleInterrupted(place, cancellation);
        var wanted = place.Wanted();
        var others = Others(place);
        var waiting = new List<FirstCommand>();
        foreach (var noted in Noted.Read().Where(command => command.Begun is null))
        {
            if (cancellation.IsCancellationRequested)
            {
                return null;
            }

            if (wanted.FirstOrDefault(noted.IsOf) is not { } command)
            {
                Attempt(() => Forget(noted));
            }
            else if (noted.HasFailed && !others.IsEmpty)
            {
                waiting.Add(command);
            }
            else
            {
                Attempt(() => RunOne(command, place, others, first => FailureOf(first, run), cancellation));
            }
        }

        if (waiting.Count > 0)
        {
            host.Warn(new EzException(
                FailureKind.Environment,
                $"environment `{name}` lacks what it has to make of its own; that failed before, and is tried again when the other processes in it have ended: {Describe(others)}",
                $"end them, or leave the environment's folder; what is to run: {string.Join(", ", waiting.Select(command => $"`{command.Command}`"))}"));
        }

        if (!Noted.AreThere)
        {
            Libc.TryRemoveFile(null, Log);
            return null;
        }

        return FileLock.Acquire(InsideLock, FileLockMode.Shared, $"environment {name}", host.Patience);
    }

    /// <summary>
    /// Before others than `ez` are let in: what they make from here on is not taken for what an interrupted command has made. While commands
    /// run just now, none of them is interrupted.
    /// </summary>
    public void Settle(FirstCommandPlace place, CancellationToken cancellation)
    {
        if (Noted.AreThere && FileLock.TryAcquire(TurnLock, FileLockMode.Exclusive) is { } turn)
        {
            using (turn)
            {
                SettleInterrupted(place, cancellation);
            }
        }
    }

    /// <param name="others">Who was in the environment before.</param>
    private void RunOne(FirstCommand command, FirstCommandPlace place, ImmutableArray<int> others, Func<FirstCommand, EzException?> run, CancellationToken cancellation)
    {
        var noted = new NotedCommand(command.Command);
        var before = OwnData.Find(Area, place.Manifest(), command.Patterns, []);
        var begun = noted with { Begun = new BegunCommand(command.Patterns, [.. before.Select(path => path.Latin1)], host.Clock.GetUtcNow()) };
        var all = Noted.Read();
        Noted.Prepare(done: NotedCommands.Without(all, noted), failed: NotedCommands.With(all, noted with { HasFailed = true }));
        Noted.Replace(NotedCommands.With(all, begun));
        if (Try(() => run(command)) is not { } failure)
        {
            // What was made must be there for as long as nothing says that it is still to be made.
            var isDone = false;
            Attempt(() =>
            {
                using var area = Libc.OpenFolder(null, Area);
                Libc.SyncFileSystem(area);
                isDone = true;
            });
            Noted.End(noted, isDone);
            return;
        }

        if (!cancellation.IsCancellationRequested)
        {
            host.Warn(failure);
        }

        Attempt(() => TakeBack(begun, place.View, place.Manifest(), [.. others, .. Others(place)], isInterrupted: false));
        Noted.End(noted, isDone: false);
    }

    /// <summary>What the commands of a killed `ez` have made; after this it is the environment's own, whatever it is.</summary>
    private void SettleInterrupted(FirstCommandPlace place, CancellationToken cancellation)
    {
        foreach (var interrupted in Noted.Read().Where(noted => noted.Begun is not null))
        {
            // Its sandbox takes a moment to end.
            const int attempts = 50;
            var others = Others(place);
            for (var attempt = 1; attempt < attempts && !others.IsEmpty; attempt++)
            {
                cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10));
                cancellation.ThrowIfCancellationRequested();
                others = Others(place);
            }

            // Whoever is let in now owns what he finds, also where it could not be removed.
            var isLeft = true;
            Attempt(() => isLeft = TakeBack(interrupted, place.View, place.Manifest(), others, isInterrupted: true));
            Attempt(() => Noted.End(interrupted, isDone: !isLeft));
        }
    }

    /// <param name="root">As for <see cref="OwnData.Remove"/>.</param>
    /// <param name="manifest">Of the version that it ran in.</param>
    /// <param name="isInterrupted">By a kill, of which nobody knows how long ago it was.</param>
    /// <returns>False where the environment has come to own what there is: nothing is to be made any more.</returns>
    private bool TakeBack(NotedCommand command, string root, Manifest manifest, ImmutableArray<int> others, bool isInterrupted)
    {
        var begun = command.Begun!;
        var made = OwnData.Find(Area, manifest, begun.Patterns, begun.Kept);
        var isOwned = isInterrupted && OwnData.LastChange(Area, made) is { } changed && changed.Seconds > (begun.At + Longest).ToUnixTimeSeconds();
        if (isOwned)
        {
            TellKept("it was changed long after that was interrupted", $"if it is half made, remove it, and: ez env exec {name} -- sh -c '{command.Command}'");
        }
        else if (others.IsEmpty)
        {
            OwnData.Remove(root, manifest, made);
        }
        else if (!made.IsEmpty)
        {
            TellKept("other processes were in it and may have made it as well", $"look at it, and remove what is half made; in it were {Describe(others)}");
        }

        return !isOwned;

        void TellKept(string why, string hint) =>
            host.Warn(new EzException(FailureKind.Environment, $"environment `{name}` keeps what `{command.Command}` may have half made, since {why}: {string.Join(", ", made)}", hint));
    }

    private EzException? Try(Func<EzException?> run)
    {
        try
        {
            return run();
        }
        catch (Exception caught) when (EnvironmentFailure.Of(name, caught) is { } failure)
        {
            return failure;
        }
    }

    /// <summary>One that cannot even be noted, as on a full disk, waits: the user's own command may be what mends that.</summary>
    private void Attempt(Action step)
    {
        try
        {
            step();
        }
        catch (Exception caught) when (EnvironmentFailure.Of(name, caught) is { } failure)
        {
            host.Warn(new EzException(failure.Kind, $"environment `{name}` lacks what it has to make of its own: {failure.Message}", failure.Hint));
        }
    }

    /// <summary>
    /// Processes in the environment, and other commands of `ez` that are about to be. Neither this one nor who waits for it: a shell that
    /// stands in the view's folder.
    /// </summary>
    private ImmutableArray<int> Others(FirstCommandPlace place)
    {
        var holders = FileLock.HoldersOf(InsideLock).Select(holder => holder.ProcessId);
        var own = ViewUsers.OwnLine();
        return [.. place.Users().Concat(holders).Distinct().Where(process => !own.Contains(process)).Order()];
    }

    private static string Describe(ImmutableArray<int> processes) => string.Join(", ", processes.Select(ViewUsers.Describe));

    private void Forget(NotedCommand command) => Noted.Replace(NotedCommands.Without(Noted.Read(), command));

    private EzException? FailureOf(FirstCommand command, Func<ExecRequest, TimeSpan, int?> run)
    {
        using var log = File.OpenHandle(Log, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        return new FirstCommandRun(name, log).Run(command, run) is not { } failure ? null : new EzException(
            FailureKind.Environment,
            $"environment `{name}` {failure}",
            $"it is tried again before the next command; to see more: ez env exec {name} -- sh -c '{command.Command}'");
    }
}
