using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>A first command that is still to be run to its end.</summary>
/// <param name="Command">As <see cref="FirstCommand.Command"/>.</param>
internal sealed record NotedCommand(string Command)
{
    /// <summary>Null until it begins. Who reads this afterwards knows that it was interrupted.</summary>
    public BegunCommand? Begun { get; init; }

    /// <summary>It was tried before, and ended badly.</summary>
    public bool HasFailed { get; init; }

    public bool IsOf(FirstCommand command) => command.Command == Command;
}

/// <param name="Patterns">Of what it makes.</param>
/// <param name="Before">What of that was there when it began: bytes as chars.</param>
/// <param name="At">When it began.</param>
internal sealed record BegunCommand(ImmutableArray<string> Patterns, ImmutableArray<string> Before, DateTimeOffset At)
{
    [JsonIgnore]
    public IEnumerable<TreePath> Kept => Before.Select(path => TreePath.Parse(path));
}

/// <summary>
/// The note of the first commands in an environment's folder, one line each: a JSON string, and an object once the command has begun or failed. There is
/// none where nothing is left to run.
/// </summary>
/// <param name="folder">The environment's.</param>
internal sealed class NotedCommands(string folder)
{
    private const int OwnerOnly = 0b110_000_000;

    private string Note => NoteIn(folder);

    private string Done => Note + ".done";

    private string Failed => Note + ".failed";

    public bool AreThere => File.Exists(Note);

    /// <summary>For an environment that is being made; whoever gives it its name syncs before.</summary>
    public static void Begin(string folder, IEnumerable<string> commands) => Write(NoteIn(folder), commands.Select(command => new NotedCommand(command)));

    public ImmutableArray<NotedCommand> Read()
    {
        try
        {
            return StoreFile.TryRead(Note) is { } text ? [.. Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ReadLine)] : [];
        }
        catch (JsonException broken)
        {
            throw new StoreException($"`{Note}` does not say what the environment has still to make of its own", "remove that file, and run in the environment what makes its keys (README, \"Instance data\")", broken);
        }
    }

    /// <summary>
    /// Before a command begins: what the note is to say once it has ended well or badly. So that needs no space on a disk which may be full by
    /// then, and what has ended is not taken for what was interrupted.
    /// </summary>
    public void Prepare(ImmutableArray<NotedCommand> done, ImmutableArray<NotedCommand> failed)
    {
        Put(Done, done);
        Put(Failed, failed);
    }

    /// <summary>A command has ended, the one that <see cref="Prepare"/> was called for last.</summary>
    /// <param name="isDone">Well: nothing is left to be made.</param>
    public void End(NotedCommand command, bool isDone)
    {
        var (next, other) = isDone ? (Done, Failed) : (Failed, Done);
        if (!File.Exists(next))
        {
            // Somebody was killed a step before this one's end.
            Replace(isDone ? Without(Read(), command) : With(Read(), command with { Begun = null, HasFailed = true }));
            return;
        }

        if (new FileInfo(next).Length == 0)
        {
            Libc.TryRemoveFile(null, Note);
            Libc.TryRemoveFile(null, next);
        }
        else
        {
            Libc.Rename(null, next, null, Note);
        }

        Libc.TryRemoveFile(null, other);
        SyncFolder();
    }

    public static ImmutableArray<NotedCommand> With(ImmutableArray<NotedCommand> all, NotedCommand command) => [.. all.Select(other => other.Command == command.Command ? command : other)];

    public static ImmutableArray<NotedCommand> Without(ImmutableArray<NotedCommand> all, NotedCommand command) => [.. all.Where(other => other.Command != command.Command)];

    /// <summary>On the disk when this returns: what has begun, or ended, must not be taken for what has not.</summary>
    public void Replace(ImmutableArray<NotedCommand> commands)
    {
        if (commands.IsEmpty)
        {
            Libc.TryRemoveFile(null, Note);
        }
        else
        {
            var next = Note + ".new";
            Put(next, commands);
            Libc.Rename(null, next, null, Note);
        }

        SyncFolder();
    }

    private static void Put(string file, ImmutableArray<NotedCommand> commands)
    {
        Libc.TryRemoveFile(null, file);
        Write(file, commands);
        using var written = Libc.Open(null, file, OpenFlags.Write | OpenFlags.NoFollow);
        Libc.Sync(written);
    }

    private void SyncFolder()
    {
        using var changed = Libc.OpenFolder(null, folder);
        Libc.Sync(changed);
    }

    private static NotedCommand ReadLine(string line) => line.StartsWith('"')
        ? new NotedCommand(JsonSerializer.Deserialize(line, NotedCommandJson.Default.String)!)
        : JsonSerializer.Deserialize(line, NotedCommandJson.Default.NotedCommand)!;

    private static string LineOf(NotedCommand command) => command is { Begun: null, HasFailed: false }
        ? JsonSerializer.Serialize(command.Command, NotedCommandJson.Default.String)
        : JsonSerializer.Serialize(command, NotedCommandJson.Default.NotedCommand);

    private static void Write(string file, IEnumerable<NotedCommand> commands)
    {
        using var note = Libc.Open(null, file, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, OwnerOnly);
        Libc.Write(note, Encoding.UTF8.GetBytes(string.Concat(commands.Select(command => LineOf(command) + "\n"))));
    }

    private static string NoteIn(string folder) => Path.Combine(folder, "first-commands");
}

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(NotedCommand))]
internal sealed partial class NotedCommandJson : JsonSerializerContext;
