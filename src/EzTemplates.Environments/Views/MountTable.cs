using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>A line of /proc/PID/mountinfo (proc(5)).</summary>
/// <param name="Id">What fdinfo's mnt_id names.</param>
/// <param name="Options">Of the superblock: for an overlay, its layers.</param>
internal sealed record MountPoint(int Id, DeviceNumber Device, string Point, string FileSystem, string Options)
{
    /// <summary>What of its file system is mounted: `/`, or a folder of it.</summary>
    public string Root { get; init; } = "/";

    public string? Option(string name)
    {
        foreach (var option in Options.Split(','))
        {
            if (option.StartsWith(name + "=", StringComparison.Ordinal))
            {
                return option[(name.Length + 1)..];
            }
        }

        return null;
    }
}

internal static class MountTable
{
    private const string Own = "/proc/self/mountinfo";

    /// <summary>Of this process, what is on top at each path.</summary>
    public static IReadOnlyDictionary<string, MountPoint> ByPoint()
    {
        var points = new Dictionary<string, MountPoint>(StringComparer.Ordinal);
        foreach (var mount in OfThisProcess())
        {
            points[mount.Point] = mount;
        }

        return points;
    }

    /// <summary>As <see cref="ByPoint"/>, for one path: with a thousand views the other lines are not worth their parsing.</summary>
    public static MountPoint? At(string point)
    {
        // An end of the path that the kernel does not write otherwise, as is what follows the store's own root.
        var plain = point.AsSpan(point.AsSpan().LastIndexOfAnyExceptInRange('!', '~') + 1);
        plain = plain[(plain.LastIndexOf('\\') + 1)..];
        MountPoint? found = null;
        foreach (var line in Lines(Own))
        {
            if (line.AsSpan().Contains(plain, StringComparison.Ordinal) && TryParse(line) is { } mount && mount.Point == point)
            {
                found = mount;
            }
        }

        return found;
    }

    public static ImmutableArray<MountPoint> OfThisProcess() => Read(Own);

    /// <summary>Empty where the process has gone.</summary>
    public static ImmutableArray<MountPoint> OfProcess(int pid) => Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mountinfo"));

    /// <param name="text">Of such a file.</param>
    public static ImmutableArray<MountPoint> Parse(string text) => [.. text.Split('\n').Select(TryParse).OfType<MountPoint>()];

    private static ImmutableArray<MountPoint> Read(string file) => [.. Lines(file).Select(TryParse).OfType<MountPoint>()];

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file, Encoding.Latin1);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    private static MountPoint? TryParse(string line)
    {
        var dash = line.IndexOf(" - ", StringComparison.Ordinal);
        if (dash < 0)
        {
            return null;
        }

        var before = line[..dash].Split(' ');
        var after = line[(dash + 3)..].Split(' ');
        var device = before.Length > 4 ? before[2].Split(':') : [];
        return device.Length == 2 && after.Length >= 3
            ? new MountPoint(Number(before[0]), new DeviceNumber((uint)Number(device[0]), (uint)Number(device[1])), Unescape(before[4]), after[0], Unescape(after[2])) { Root = Unescape(before[3]) }
            : null;
    }

    private static int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The kernel writes blanks, tabs, newlines and backslashes as three octal digits.</summary>
    private static string Unescape(string field)
    {
        var bytes = new List<byte>(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                bytes.Add((byte)(((field[i + 1] - '0') * 64) + ((field[i + 2] - '0') * 8) + (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                bytes.Add((byte)field[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
