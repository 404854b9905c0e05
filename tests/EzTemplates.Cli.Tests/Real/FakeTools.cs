using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>
/// A folder to put first on PATH: each package tool, archiver and <c>cp</c> is there a program that notes its name and exits 99.
/// gpgv and sqv are not among them.
/// </summary>
public sealed class FakeTools
{
    private static readonly string[] Names =
    [
        "ar", "cp", "debootstrap", "dnf", "mmdebstrap", "tar", "xz", "xzcat", "unxz", "zstd", "zstdcat", "unzstd",
        "apt", "apt-cache", "apt-config", "apt-get", "apt-key", "apt-mark", "aptitude",
        "dpkg", "dpkg-deb", "dpkg-divert", "dpkg-query", "dpkg-split", "dpkg-statoverride", "dpkg-trigger",
        "rpm", "rpm2archive", "rpm2cpio", "rpmbuild", "rpmdb", "rpmkeys", "rpmquery",
    ];

    private static readonly string[] Families = ["apt*", "dpkg*", "rpm*"];

    private readonly string _folder;
    private readonly string _record;

    public FakeTools(TempFolder temp)
    {
        ArgumentNullException.ThrowIfNull(temp);
        _folder = temp.MakeFolder("fakes");
        _record = temp.At("fakes-called");
        var real = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Where(Directory.Exists)
            .SelectMany(folder => Families.SelectMany(family => Directory.EnumerateFiles(folder, family)))
            .Select(Path.GetFileName);
        foreach (var name in Names.Concat(real).Distinct(StringComparer.Ordinal))
        {
            var fake = temp.WriteFile($"fakes/{name}", $"#!/bin/sh\necho \"{name} $*\" >> '{_record}'\nexit 99\n");
            File.SetUnixFileMode(fake, (UnixFileMode)0b111_101_101);
        }
    }

    /// <summary>The fakes before this process's own PATH.</summary>
    public string SearchPath => $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";

    public void AssertNoneCalled() => Assert.Equal("", File.Exists(_record) ? File.ReadAllText(_record) : "");

    /// <summary>That a program started with this PATH would meet the fakes.</summary>
    public void AssertInTheWay()
    {
        var run = ToolRun.Run(new ToolCommand("/bin/sh", "-c", "tar --version") { Environment = new Dictionary<string, string?> { ["PATH"] = SearchPath } });
        Assert.Equal(99, run.ExitCode);
        Assert.Equal("tar --version\n", File.ReadAllText(_record));
        File.Delete(_record);
    }
}
