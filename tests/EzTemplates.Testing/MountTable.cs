using System.Globalization;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>The mounts of a mount namespace, as /proc shows them (proc(5), mountinfo).</summary>
public static class MountTable
{
    /// <summary>Mount points at or below a folder, in this process's namespace.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
        [.. Points("/proc/self/mountinfo").Where(point => point == folder || point.StartsWith(folder + "/", StringComparison.Ordinal))];

    /// <summary>All mount points that a mountinfo file lists; none where it cannot be read (the process has gone).</summary>
    public static IReadOnlyList<string> Points(string mountinfo)
    {
        try
        {
            return [.. File.ReadLines(mountinfo, Encoding.Latin1).Select(line => Unescape(line.Split(' ')[4]))];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The kernel writes blanks, tabs, newlines and backslashes as three octal digits.</summary>
    private static string Unescape(string field)
    {
        var bytes = new List<byte>(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                var digits = field.AsSpan(i + 1, 3);
                bytes.Add((byte)(((digits[0] - '0') * 64) + ((digits[1] - '0') * 8) + (digits[2] - '0')));
                i += 3;
            }
            else
            {
                bytes.Add((byte)field[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>The numeric folders of /proc.</summary>
    public static IEnumerable<int> ProcessIds() =>
        Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0);
}
