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

    /// <summary>Runs one in the view; null is one that was killed.</summary>
    public required Func<ExecRequest, TimeSpan, int?> Run { get; init; }
}

/// <summary>
/// The commands that make an environment's own keys, certificates and databases, kept until they have run. They run before the first command
/// that `ez` runs in it, while others wait. What one that failed or was interrupted has made is removed, so that nothing half made
/// is taken for whole, and it is tried again at the next.
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
    /// Adds those that a move brings, but for what is there already: the environment has had the application before, or has made its own. The
    /// caller has the environment alone, and its view is not mounted.
    /// </summary>
    /// <param name="from">The version that is mapped still.</param>
    public void Add(ImmutableArray<FirstCommand> commands, Manifest from, Manifest to)
    {
        var noted = Noted.Read();
        var known = noted.Select(command => command.Command).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<FirstCommand> brought = [.. commands.Where(command => !known.Contains(command.Command))];
        if (brought.IsEmpty)
        {
            return;
        }

        // Else what one has half made were taken for what another is to make.
        foreach (var interrupted in noted.Select(command => command.Begun).OfType<BegunCommand>())
        {
            TakeBack(interrupted, Area, from);
        }

        ImmutableArray<NotedCommand> added = [.. brought.Where(command => OwnData.Find(Area, to, command.Patterns).IsEmpty).Select(command => new NotedCommand(command.Command))];
        if (!added.IsEmpty)
        {
            Noted.Replace([.. noted, .. added]);
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
        foreach (var noted in Noted.Read())
        {
            if (noted.Begun is { } interrupted)
            {
                TakeBack(interrupted, place.View, place.Manifest());
            }

            if (place.Wanted().FirstOrDefault(wanted => wanted.Command == noted.Command) is not { } command)
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
        var begun = new BegunCommand(command.Patterns, [.. OwnData.Find(Area, place.Manifest(), command.Patterns).Select(path => path.Latin1)]);
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

        TakeBack(begun, place.View, place.Manifest());
        Change(noted);
        host.Warn(failure);
        return true;
    }

    /// <param name="root">As <see cref="OwnData.Remove"/> takes it.</param>
    private void TakeBack(BegunCommand begun, string root, Manifest manifest)
    {
        var before = begun.Before.ToHashSet(StringComparer.Ordinal);
        OwnData.Remove(root, manifest, OwnData.Find(Area, manifest, begun.Patterns).Where(path => !before.Contains(path.Latin1)));
    }

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
