using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>A process that has a lock: <c>1234 ez build nginx</c>.</summary>
public readonly record struct LockHolder(int ProcessId, string Command)
{
    private const int LongestCommand = 100;

    public override string ToString() => $"{ProcessId} {Command}";

    /// <summary>This process, as another one is to be told of it.</summary>
    public static LockHolder Self { get; } = new(Environment.ProcessId, CommandOf(Environment.ProcessId) ?? "ez");

    /// <summary>Who has a flock on the file, shared or exclusive, as /proc/locks tells; empty where that shows nobody (another pid namespace).</summary>
    internal static ImmutableArray<LockHolder> OfInode(ulong inode)
    {
        // 1: FLOCK  ADVISORY  WRITE 1234 fe:00:131075 0 EOF. Only the inode counts: the device is not statx's one on btrfs.
        var end = string.Create(CultureInfo.InvariantCulture, $":{inode}");
        var holders = new SortedDictionary<int, LockHolder>();
        foreach (var line in ReadLines("/proc/locks"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [_, "FLOCK", _, _, var pid, var file, ..]
                && file.EndsWith(end, StringComparison.Ordinal)
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && CommandOf(number) is { } command)
            {
                holders[number] = new LockHolder(number, command);
            }
        }

        return [.. holders.Values];
    }

    internal static LockHolder? Parse(string text)
    {
        var words = text.Trim().Split(' ', 2);
        return words.Length == 2 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? new LockHolder(pid, TreePath.Display(words[1]))
            : null;
    }

    private static string? CommandOf(int pid)
    {
        try
        {
            var words = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline"), Encoding.Latin1)
                .Split('\0', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                return null;
            }

            words[0] = words[0][(words[0].LastIndexOf('/') + 1)..];
            var command = UrlPassword.Hide(TreePath.Display(string.Join(' ', words)));
            return command.Length <= LongestCommand ? command : command[..LongestCommand] + "...";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>What is told once to who has to wait.</summary>
/// <param name="What">What the lock is about: <c>package nginx</c>.</param>
public sealed record LockWaiting(string What, ImmutableArray<LockHolder> Holders)
{
    /// <summary>Whom one waits for, and why.</summary>
    public override string ToString() =>
        $"{(Holders.IsDefaultOrEmpty ? "another process" : string.Join(", ", Holders))} ({What})";
}

/// <summary>How to wait for locks: whom to tell, and when to give up.</summary>
public sealed record LockPatience(Action<LockWaiting>? Announce = null, CancellationToken Cancellation = default)
{
    public static LockPatience Silent { get; } = new();
}
