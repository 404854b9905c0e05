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

    /// <summary>Runs one in the view; null is one that was killed.</summary>
    public required Func<ExecRequest, TimeSpan, int?> Run { get; init; }
}

/// <summary>
/// The commands that make an environment's own keys, certificates and databases, kept until they have run. They run before the first command
/// that `ez` runs in it, while others wait. What one that failed or was interrupted has made is removed, so that nothing half made
/// is taken for whole, and it is tried again at the next. As nobody could tell that from what other processes write meanwhile, none runs while there are such.
/// </summary>
internal sealed class FirstCommands(EnvironmentHost host, EnvironmentName name)
{
    private readonly string _folder = host.Layout.EnvironmentOf(name.ToString());

    private string Log => Path.Combine(_folder, "first-commands.log");

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
        var settled = noted.Select(command => Settle(command, from)).ToList();
        var known = noted.Select(command => command.Command).ToHashSet(StringComparer.Ordinal);
        var added = brought.Where(command => !known.Contains(command.Command) && OwnData.Find(Area, to(), command.Patterns, []).IsEmpty).Select(command => new NotedCommand(command.Command));
        ImmutableArray<NotedCommand> next = [.. settled, .. added];
        if (!next.SequenceEqual(noted))
        {
            Noted.Replace(next);
        }
    }

    /// <summary>Runs what is noted. One that fails is told of, and stops nothing.</summary>
    public void Run(FirstCommandPlace place, CancellationToken cancellation)
    {
        if (!Noted.AreThere)
        {
            return;
        }

        using var turn = FileLock.Acquire(Path.Combine(_folder, "first-commands.lock"), FileLockMode.Exclusive, $"the first commands of environment {name}", host.Patience);
        var wanted = place.Wanted();
        foreach (var gone in Noted.Read().Where(noted => noted.Begun is null && !wanted.Any(noted.IsOf)))
        {
            Forget(gone);
        }

        var left = Noted.Read();
        if (!left.IsEmpty && !IsAlone(place.Users, left))
        {
            return;
        }

        foreach (var noted in left)
        {
            if (noted.Begun is { } interrupted)
            {
                TakeBack(interrupted, place.View, place.Manifest());
            }

            if (wanted.FirstOrDefault(noted.IsOf) is not { } command)
            {
                Forget(noted);
            }
            else if (!TryRun(command, place, cancellation))
            {
                return;
            }
        }

        if (!Noted.AreThere)
        {
            Libc.TryRemoveFile(null, Log);
        }
    }

    /// <returns>False where it was cancelled: whoever comes next finds it begun.</returns>
    private bool TryRun(FirstCommand command, FirstCommandPlace place, CancellationToken cancellation)
    {
        var noted = new NotedCommand(command.Command);
        var before = OwnData.Find(Area, place.Manifest(), command.Patterns, []);
        var begun = new BegunCommand(command.Patterns, [.. before.Select(path => path.Latin1)]);
        Change(noted with { Begun = begun });
        var failure = RunOne(command, place.Run);
        if (cancellation.IsCancellationRequested)
        {
            return false;
        }

        if (failure is null)
        {
            // What was made must be there for as long as nothing says that it is still to be made.
            using (var area = Libc.OpenFolder(null, Area))
            {
                Libc.SyncFileSystem(area);
            }

            Forget(noted);
            return true;
        }

        host.Warn(failure);
        if (place.Users() is { IsEmpty: false } others)
        {
            host.Warn(new EzException(
                FailureKind.Environment,
                $"environment `{name}`: what `{command.Command}` has half made is left there, since other processes came meanwhile and may have made it: {Describe(others)}",
                $"look at {string.Join(", ", command.Patterns)}, and remove what is half made"));
        }
        else
        {
            TakeBack(begun, place.View, place.Manifest());
        }

        Change(noted);
        return true;
    }

    private NotedCommand Settle(NotedCommand command, Manifest manifest)
    {
        if (command.Begun is { } begun)
        {
            TakeBack(begun, Area, manifest);
        }

        return command with { Begun = null };
    }

    /// <param name="root">As <see cref="OwnData.Remove"/> takes it.</param>
    private void TakeBack(BegunCommand begun, string root, Manifest manifest) => OwnData.Remove(root, manifest, OwnData.Find(Area, manifest, begun.Patterns, begun.Kept));

    private bool IsAlone(Func<ImmutableArray<int>> users, ImmutableArray<NotedCommand> noted)
    {
        // The sandbox of a killed `ez` takes a moment to end.
        var attempts = noted.Any(command => command.Begun is not null) ? 50 : 1;
        for (var attempt = 1; users() is { IsEmpty: false } others; attempt++)
        {
            if (attempt == attempts)
            {
                host.Warn(new EzException(
                    FailureKind.Environment,
                    $"environment `{name}` lacks what it has to make of its own, which waits for the end of the other processes in it: {Describe(others)}",
                    $"end them; it is made before the next command: {string.Join(", ", noted.Select(command => $"`{command.Command}`"))}"));
                return false;
            }

            host.Patience.Cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10));
        }

        return true;
    }

    private static string Describe(ImmutableArray<int> processes) => string.Join(", ", processes.Select(ViewUsers.Describe));

    private void Change(NotedCommand command) => Noted.Replace([.. Noted.Read().Select(other => other.Command == command.Command ? command : other)]);

    private void Forget(NotedCommand command) => Noted.Replace([.. Noted.Read().Where(other => other.Command != command.Command)]);

    private EzException? RunOne(FirstCommand command, Func<ExecRequest, TimeSpan, int?> run)
    {
        using var log = File.OpenHandle(Log, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        return new FirstCommandRun(name, log).Run(command, run) is not { } failure ? null : new EzException(
            FailureKind.Environment,
            $"environment `{name}` {failure}",
            $"it is tried again before the next command; to see more: ez env exec {name} -- sh -c '{command.Command}'");
    }
}
