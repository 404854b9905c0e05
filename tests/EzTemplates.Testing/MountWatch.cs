using System.Globalization;
using Xunit;

namespace EzTemplates.Testing;

/// <summary>
/// What a test could leave behind below a folder: mounts (in any process's namespace), loop devices, and processes that live there
/// or name it. <see cref="AssertNothingLeft"/> compares with the start.
/// </summary>
public sealed class MountWatch
{
    private readonly string _folder;
    private readonly HashSet<string> _before;

    private MountWatch(string folder)
    {
        _folder = folder;
        _before = Look();
    }

    public static MountWatch Start(string folder) => new(Path.GetFullPath(folder));

    /// <summary>Fails, naming each, if anything is there that was not at the start. What is just ending gets a few seconds to do so.</summary>
    public void AssertNothingLeft()
    {
        IReadOnlyList<string> left = [];
        var gone = SpinWait.SpinUntil(
            () =>
            {
                left = [.. Look().Except(_before).Order(StringComparer.Ordinal)];
                if (left.Count > 0)
                {
                    Thread.Yield();
                }

                return left.Count == 0;
            },
            TimeSpan.FromSeconds(5));
        Assert.True(gone, $"left behind under `{_folder}`:\n{string.Join('\n', left)}");
    }

    private HashSet<string> Look()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        found.UnionWith(MountTable.Below(_folder).Select(point => $"mount {point}"));
        foreach (var backing in Directory.EnumerateDirectories("/sys/block", "loop*").Select(loop => Path.Combine(loop, "loop", "backing_file")))
        {
            if (File.Exists(backing) && ReadOr(backing).StartsWith(_folder, StringComparison.Ordinal))
            {
                found.Add($"loop device {backing}");
            }
        }

        foreach (var pid in MountTable.ProcessIds().Where(pid => pid != Environment.ProcessId))
        {
            if (Why(pid) is { } why)
            {
                found.Add(string.Create(CultureInfo.InvariantCulture, $"process {pid} ({why})"));
            }
        }

        return found;
    }

    private string? Why(int pid)
    {
        var proc = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        foreach (var link in (string[])["cwd", "root", "exe"])
        {
            if (IsBelow(Target(Path.Combine(proc, link))))
            {
                return link;
            }
        }

        var words = ReadOr(Path.Combine(proc, "cmdline"));
        if (words.Contains(_folder + "/", StringComparison.Ordinal))
        {
            return words.Replace('\0', ' ');
        }

        // The namespaces of an ordinary user, whom another test has made, start with a copy of each mount.
        return Target(Path.Combine(proc, "ns", "mnt")) != Target("/proc/self/ns/mnt") && Target(Path.Combine(proc, "ns", "user")) == Target("/proc/self/ns/user")
            && MountTable.Points(Path.Combine(proc, "mountinfo")).Any(IsBelow) ? "a mount in its namespace" : null;
    }

    private bool IsBelow(string? path) => path is not null && (path == _folder || path.StartsWith(_folder + "/", StringComparison.Ordinal));

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ReadOr(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
