using System.Globalization;
using Xunit;

namespace EzTemplates.Testing;

public enum SubordinateRanges
{
    None,
    Granted,
}

/// <summary>
/// A user of this machine who is not root, with a home and a copy of <c>ez</c> that he can read; gone after the test with all that he
/// has and runs.
/// </summary>
public sealed class OrdinaryUser : IDisposable
{
    private const int Attempts = 50;
    private static readonly string[] Tools = ["useradd", "userdel", "usermod", "setpriv", "unshare", "nsenter"];
    private static int Number;

    private readonly TempFolder _temp = new();

    // As they were given: a test may take them away.
    private readonly IReadOnlyList<string> _ranges = [];

    public OrdinaryUser(SubordinateRanges ranges = SubordinateRanges.Granted)
    {
        Require(ranges);
        Name = string.Create(CultureInfo.InvariantCulture, $"ezt{Environment.ProcessId}x{Interlocked.Increment(ref Number)}");
        Change("useradd", "--no-user-group", "--gid", "nogroup", "--home-dir", _temp.MakeFolder("home"), "--no-create-home", "--shell", "/bin/sh", Name);
        try
        {
            Uid = ToolRun.Run("id", "-u", Name).Succeed().Output.Trim();
            Gid = ToolRun.Run("id", "-g", Name).Succeed().Output.Trim();
            if (ranges == SubordinateRanges.None)
            {
                RemoveRanges();
            }
            else if (RangesIn("/etc/subuid").Count == 0)
            {
                Change("usermod", "--add-subuids", "7000000-7065535", "--add-subgids", "7000000-7065535", Name);
            }

            _ranges = [.. RangesIn("/etc/subuid").Select(range => range.First.ToString(CultureInfo.InvariantCulture))];
            Own(Home);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public string Uid { get; } = "";

    public string Gid { get; } = "";

    public string Home => _temp.At("home");

    /// <summary>Root's, that he can enter.</summary>
    public TempFolder Temp => _temp;

    /// <summary>Whether this machine lets such a user do what the tests are about.</summary>
    public static void Require(SubordinateRanges ranges)
    {
        Requires.Root();
        foreach (var tool in ranges == SubordinateRanges.Granted ? [.. Tools, "newuidmap", "newgidmap"] : Tools)
        {
            Requires.Tool(tool);
        }

        var tried = ToolRun.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--user", "--mount", "true");
        Assert.SkipUnless(tried.ExitCode == 0, $"needs user namespaces for ordinary users: {tried.Error.Trim()}");
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(5, 11), $"needs Linux 5.11 for views of ordinary users; this is {Environment.OSVersion.Version}");
    }

    /// <summary>The command as this user's, started by setpriv(1), which becomes it.</summary>
    public ToolCommand Command(string program, params IReadOnlyList<string> arguments) => new(
        "setpriv", ["--reuid", Uid, "--regid", Gid, "--clear-groups", "--inh-caps=-all", "--", program, .. arguments])
    {
        Environment = new Dictionary<string, string?> { ["HOME"] = Home, ["USER"] = Name, ["LOGNAME"] = Name, ["XDG_DATA_HOME"] = null, ["TMPDIR"] = null },
        WorkingDirectory = Home,
    };

    public void Own(string path) => ToolRun.Run("chown", "-R", $"{Uid}:{Gid}", path).Succeed();

    public void RemoveRanges()
    {
        foreach (var (file, option) in (ReadOnlySpan<(string, string)>)[("/etc/subuid", "--del-subuids"), ("/etc/subgid", "--del-subgids")])
        {
            foreach (var (first, count) in RangesIn(file))
            {
                Change("usermod", option, string.Create(CultureInfo.InvariantCulture, $"{first}-{first + count - 1}"), Name);
            }
        }
    }

    /// <summary>Processes of his, whatever they run.</summary>
    public IReadOnlyList<string> Processes() =>
    [
        .. ToolRun.Run("ps", "-u", Uid, "-o", "pid=,args=").Lines
            .Concat(MountTable.ProcessIds().Where(IsInHisNamespaces).SelectMany(pid => ToolRun.Run("ps", "-p", $"{pid}", "-o", "pid=,args=").Lines)).Distinct(),
    ];

    public void Dispose()
    {
        foreach (var process in Uid.Length == 0 ? [] : Processes())
        {
            ToolRun.Run("kill", "-KILL", process.Trim().Split(' ')[0]);
        }

        RemoveRanges();
        Change("userdel", Name);
        _temp.Dispose();
    }

    /// <summary>Those of his other ids, too, which are nobody's by name.</summary>
    private bool IsInHisNamespaces(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/uid_map").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(row => row is [_, var first, not "4294967295"] && (first == Uid || _ranges.Contains(first)));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private IReadOnlyList<(long First, long Count)> RangesIn(string file) =>
        [.. File.ReadLines(file).Select(line => line.Split(':')).Where(words => words[0] == Name)
            .Select(words => (long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture)))];

    /// <summary>These lock /etc/passwd, and give up where another test has it.</summary>
    private static void Change(string tool, params IReadOnlyList<string> arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            var run = ToolRun.Run(tool, arguments);
            if (run.ExitCode == 0 || attempt == Attempts || !run.Error.Contains("lock", StringComparison.Ordinal))
            {
                run.Succeed();
                return;
            }
        }
    }
}
