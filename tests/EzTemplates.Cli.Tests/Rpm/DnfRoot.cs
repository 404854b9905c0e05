using System.Globalization;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>This machine's dnf, installing into other roots from one repository whose metadata and packages it verifies.</summary>
internal sealed class DnfRoot
{
    private readonly TempFolder _temp;
    private readonly string _home;

    public DnfRoot(TempFolder temp, string address, string keyFile)
    {
        Requires.Tool("dnf");
        Requires.Tool("rpm");
        _temp = temp;
        _home = temp.MakeFolder("dnf");

        // Debian's rpm looks for the database in the caller's home.
        temp.WriteFile("dnf/.rpmmacros", "%_dbpath /var/lib/rpm\n");
        temp.WriteFile("dnf/repos/base.repo", $"[base]\nname=base\nbaseurl={address}\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=file://{keyFile}\n");
    }

    /// <summary>Installs into a root, which is made if it is not there; what dnf itself keeps lies beside it.</summary>
    /// <param name="epoch">The time that rpm notes.</param>
    public void Install(string root, long epoch, IEnumerable<string> names) => Run(root, epoch, ["install", .. names]).Succeed();

    /// <summary>What dnf finds wrong with the packages of a root.</summary>
    public string Check(string root) => Run(root, 0, ["check"]).Output;

    /// <summary>rpm on a root's database.</summary>
    public ToolRun Rpm(string root, params string[] arguments) => ToolRun.Run(new ToolCommand("rpm", ["--root", root, "--dbpath", "/var/lib/rpm", .. arguments])
    {
        Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8", ["HOME"] = _home },
    });

    /// <summary>What <c>rpm -Va</c> prints, sorted.</summary>
    public string[] Verify(string root) => [.. Rpm(root, "-Va").Lines.Order(StringComparer.Ordinal)];

    /// <summary>What is installed, but for the key that dnf imports.</summary>
    public string[] Installed(string root) =>
        [.. Rpm(root, "-qa").Succeed().Lines.Where(line => !line.StartsWith("gpg-pubkey-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Of a lock: the time of its version, and its packages' names.</summary>
    public static (long Epoch, string[] Names) ReadLock(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return (document.RootElement.GetProperty("epoch").GetInt64(), [.. document.RootElement.GetProperty("packages").EnumerateArray().Select(row => row.GetProperty("name").GetString()!)]);
    }

    private ToolRun Run(string root, long epoch, string[] command)
    {
        Directory.CreateDirectory(root);

        // Of these three dnf takes the last as it is, and the others below the root, from which it goes up again here.
        var (up, state) = (string.Concat(Enumerable.Repeat("/..", 20)), _temp.MakeFolder("dnf", "state"));
        _temp.MakeFolder("dnf", "state", "log");
        return ToolRun.Run(new ToolCommand(
            "dnf",
            [
                "--quiet", "--assumeyes", $"--installroot={root}", $"--setopt=reposdir={_home}/repos", $"--setopt=cachedir={up}{state}/cache", $"--setopt=logdir={up}{state}/log",
                $"--setopt=persistdir={_temp.MakeFolder("dnf", "state", Path.GetFileName(root))}", "--setopt=metadata_expire=0", "--setopt=install_weak_deps=0", "--releasever=1", .. command,
            ])
        {
            Environment = new Dictionary<string, string?>
            {
                ["HOME"] = _home,
                ["LC_ALL"] = "C.UTF-8",
                ["SOURCE_DATE_EPOCH"] = epoch == 0 ? null : epoch.ToString(CultureInfo.InvariantCulture),
            },
            Timeout = TimeSpan.FromMinutes(10),
        });
    }
}
