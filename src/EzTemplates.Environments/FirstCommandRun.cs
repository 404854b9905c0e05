using System.Text;
using EzTemplates.Domain.Configuring;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>One run of a command that makes an environment's own data: as root, without network where it has a sandbox of its own, for ten minutes at most.</summary>
/// <param name="Name">Of the environment.</param>
/// <param name="Log">A file that takes what it says.</param>
internal sealed record FirstCommandRun(EnvironmentName Name, SafeFileHandle Log)
{
    private const int QuotedBytes = 4096;

    /// <summary>It ends within this, or is killed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public SandboxPrivileges Privileges { get; init; }

    /// <param name="run">Runs it in the view; null is a run that was killed.</param>
    /// <returns>Null where it ended well; else what came of it, to be said after the environment's name.</returns>
    public string? Run(FirstCommand command, Func<ExecRequest, TimeSpan, int?> run)
    {
        using var nothing = File.OpenHandle("/dev/null");
        RandomAccess.SetLength(Log, 0);
        var output = Descriptor(Log);
        var request = new ExecRequest
        {
            Environment = Name,
            Command = ["/bin/sh", "-c", command.Command],
            Variables = [new("DEBIAN_FRONTEND", "noninteractive"), new("LC_ALL", "C.UTF-8")],
            Network = SandboxNetwork.None,
            Privileges = Privileges,
            Streams = new SandboxStreams(Descriptor(nothing), output, output),
        };
        var failure = $"could not make what it needs of its own: `{command.Command}`";
        try
        {
            var status = run(request, Limit);
            return status == 0 ? null : $"{failure} {(status is { } failed ? $"ended with status {failed}" : "took longer than ten minutes")}{Said()}";
        }
        catch (CommandNotStartedException notStarted)
        {
            return $"{failure} could not be started: {notStarted.Message}";
        }
    }

    private string Said()
    {
        var length = RandomAccess.GetLength(Log);
        var bytes = new byte[Math.Min(length, QuotedBytes)];
        var read = RandomAccess.Read(Log, bytes, length - bytes.Length);
        var lines = Encoding.UTF8.GetString(bytes, 0, read).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3).ToList();
        return lines.Count == 0 ? "" : ": " + string.Join(" / ", lines.Select(line => string.Concat(line.Select(c => char.IsControl(c) ? '?' : c))));
    }

    private static int Descriptor(SafeFileHandle file) => (int)file.DangerousGetHandle();
}
