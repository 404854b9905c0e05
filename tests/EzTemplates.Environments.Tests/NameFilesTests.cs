using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>An environment's own hostname and hosts.</summary>
public sealed class NameFilesTests
{
    [Fact]
    public void They_are_the_environment_s_from_the_start_and_over_every_remap()
    {
        using var ground = Ready(out var tools);
        var (first, second) = (ground.Version("1", tools), ground.Version("2", [.. tools, ground.Text("/etc/hosts", "the second version's\n"), TestGround.Folder("/etc", 0b111_101_000)]));
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, first);
        Assert.Equal("755 1600000000\n", ground.Exec(name, "stat", "-c", "%a %Y", "/etc").Output);
        AssertNamed(ground, name);

        new Remapper(ground.Environments).Remap(name, second);
        AssertNamed(ground, name);
        Assert.Equal("750 1600000000\n", ground.Exec(name, "stat", "-c", "%a %Y", "/etc").Output);
        ground.Exec(name, "sh", "-c", "echo changed > /etc/hostname");
        new Remapper(ground.Environments).Rollback(name);
        Assert.Equal("changed\n", ground.Exec(name, "cat", "/etc/hostname").Output);
    }

    [Fact]
    public void What_a_version_brings_stays_and_an_empty_file_is_only_a_place()
    {
        using var ground = Ready(out var tools);
        var brought = ground.Create("brought", "1", [.. tools, ground.Text("/etc/hosts", "the author's\n"), ground.Text("/etc/hostname", "", 0b110_110_100)]);
        Assert.Equal("the author's\n", ground.Exec(brought, "cat", "/etc/hosts").Output);
        Assert.Equal("brought\n664\n", ground.Exec(brought, "sh", "-c", "cat /etc/hostname && stat -c %a /etc/hostname").Output);

        var link = new ManifestEntry { Path = TreePath.Parse("/etc/hosts"), Type = EntryType.Symlink, Mode = 0b111_111_111, Uid = 0, Gid = 0, Mtime = new FileTime(1), Target = "../tmp/hosts" };
        var linked = ground.Create("linked", "2", [.. tools, link]);
        Assert.Equal("../tmp/hosts\n", ground.Exec(linked, "readlink", "/etc/hosts").Output);
        Assert.False(File.Exists(Path.Combine(ground.Environments.MountedRoot(linked), "tmp/hosts")));
    }

    [Fact]
    public void A_throw_away_view_has_them_too()
    {
        using var ground = Ready(out var tools);
        Directory.CreateDirectory(ground.Layout.Work);
        var version = ground.Version("1", tools);
        var view = new ThrowAwayView(version.Manifest, ground.Host().ReadManifest(version.Manifest).Entries[0], new ThrowAwayArea.InMemory());
        ExecResult Run(params IReadOnlyList<string> command) => ground.Exec(new ExecRequest { Environment = EnvironmentName.Parse("box"), Command = [.. command] }, view);
        Assert.Equal("box\n", Run("cat", "/etc/hostname").Output);
        Assert.Contains("127.0.1.1\tbox\n", Run("cat", "/etc/hosts").Output, StringComparison.Ordinal);
        Assert.Equal("755 1600000000\n", Run("stat", "-c", "%a %Y", "/etc").Output);
    }

    private static void AssertNamed(TestGround ground, EnvironmentName name)
    {
        Assert.Equal($"{name}\n", ground.Exec(name, "cat", "/etc/hostname").Output);
        Assert.StartsWith($"127.0.0.1\tlocalhost\n127.0.1.1\t{name}\n", ground.Exec(name, "cat", "/etc/hosts").Output, StringComparison.Ordinal);
    }

    private static TestGround Ready(out IReadOnlyList<ManifestEntry> tools)
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        var ground = new TestGround();
        tools = ground.Tools();
        return ground;
    }
}
