using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// The commands that make an environment's own keys, certificates and databases: kept in its folder, one JSON string a line, until they
/// have run. They run before the first command that `ez` runs in it, while others wait; one that fails stays, and is tried again at the next.
/// </summary>
internal sealed class FirstCommands(EnvironmentHost host, EnvironmentName name)
{
    private const int OwnerOnly = 0b110_000_000;
    private const int QuotedBytes = 4096;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly string _folder = host.Layout.EnvironmentOf(name.ToString());

    private string Note => NoteIn(_folder);

    private string Log => Path.Combine(_folder, "first-commands.log");

    /// <summary>For an environment that is being made; whoever gives it its name syncs before.</summary>
    public static void Begin(string folder, ImmutableArray<string> commands)
    {
        if (!commands.IsEmpty)
        {
            Write(NoteIn(folder), commands);
        }
    }

    /// <summary>Adds those that a new version brings. The caller has the environment alone, and syncs.</summary>
    public void Add(ImmutableArray<string> commands)
    {
        if (!commands.IsEmpty)
        {
            Replace([.. Read().Union(commands)]);
        }
    }

    /// <summary>Runs what is noted. The caller has the environment's lock and has seen to the view.</summary>
    /// <param name="wanted">Those of the version that is mapped: one that a failed or undone move had brought is forgotten.</param>
    /// <param name="run">Runs one in the view; null is one that was killed.</param>
    public void Run(Func<ImmutableArray<string>> wanted, Func<ExecRequest, TimeSpan, int?> run, CancellationToken cancellation)
    {
        if (!File.Exists(Note))
        {
            return;
        }

        using var turn = FileLock.Acquire(Path.Combine(_folder, "first-commands.lock"), FileLockMode.Exclusive, $"the first commands of environment {name}", host.Patience);
        foreach (var command in Read())
        {
            var failure = wanted().Contains(command) ? RunOne(command, run) : null;
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            if (failure is null)
            {
                Replace([.. Read().Where(other => other != command)]);
            }
            else
            {
                host.Warn(failure);
            }
        }
    }

    private EzException? RunOne(string command, Func<ExecRequest, TimeSpan, int?> run)
    {
        using var nothing = File.OpenHandle("/dev/null");
        using var log = File.OpenHandle(Log, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        var output = Descriptor(log);
        var request = new ExecRequest
        {
            Environment = name,
            Command = ["/bin/sh", "-c", command],
            Variables = [new("DEBIAN_FRONTEND", "noninteractive"), new("LC_ALL", "C.UTF-8")],
            Network = SandboxNetwork.None,
            Streams = new SandboxStreams(Descriptor(nothing), output, output),
        };
        var status = run(request, Limit);
        return status == 0 ? null : new EzException(
            FailureKind.Environment,
            $"environment `{name}` could not make what it needs of its own: `{command}` {(status is { } failed ? $"ended with status {failed}" : "took longer than ten minutes")}{Said(log)}",
            $"it is tried again before the next command; to see more: ez env exec {name} -- sh -c '{command}'");
    }

    private static string Said(SafeFileHandle log)
    {
        var length = RandomAccess.GetLength(log);
        var bytes = new byte[Math.Min(length, QuotedBytes)];
        var read = RandomAccess.Read(log, bytes, length - bytes.Length);
        var lines = Encoding.UTF8.GetString(bytes, 0, read).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3).ToList();
        return lines.Count == 0 ? "" : ": " + string.Join(" / ", lines.Select(line => string.Concat(line.Select(c => char.IsControl(c) ? '?' : c))));
    }

    private ImmutableArray<string> Read()
    {
        try
        {
            return StoreFile.TryRead(Note) is not { } text
                ? []
                : [.. Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, FirstCommandsJson.Default.String)!)];
        }
        catch (JsonException broken)
        {
            throw new StoreException($"`{Note}` does not say what the environment has still to make of its own", "remove that file, and run in the environment what makes its keys (README, \"Instance data\")", broken);
        }
    }

    private void Replace(ImmutableArray<string> commands)
    {
        if (commands.IsEmpty)
        {
            Libc.TryRemoveFile(null, Note);
            Libc.TryRemoveFile(null, Log);
            return;
        }

        var next = Note + ".new";
        Libc.TryRemoveFile(null, next);
        Write(next, commands);
        using (var written = Libc.Open(null, next, OpenFlags.Write | OpenFlags.NoFollow))
        {
            Libc.Sync(written);
        }

        Libc.Rename(null, next, null, Note);
    }

    private static void Write(string file, ImmutableArray<string> commands)
    {
        using var note = Libc.Open(null, file, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, OwnerOnly);
        Libc.Write(note, Encoding.UTF8.GetBytes(string.Concat(commands.Select(command => JsonSerializer.Serialize(command, FirstCommandsJson.Default.String) + "\n"))));
    }

    private static string NoteIn(string folder) => Path.Combine(folder, "first-commands");

    private static int Descriptor(SafeFileHandle file) => (int)file.DangerousGetHandle();
}

[JsonSerializable(typeof(string))]
internal sealed partial class FirstCommandsJson : JsonSerializerContext;
