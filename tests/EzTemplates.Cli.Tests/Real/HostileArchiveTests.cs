using System.Text;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>
/// Archives that a signed repository serves and that would reach out of the store, fill it, or are not what the index promised:
/// the build ends with 5, names file, member and reason, and has changed nothing that counts.
/// </summary>
public sealed class HostileArchiveTests(HostileGround ground) : IClassFixture<HostileGround>
{
    private static readonly GeneratedPackage Odd = new("odd", "1.0-1") { Architecture = "all" };

    public static TheoryData<string, string, string> Archives() => [.. Cases().Select(row => (row.Key, row.Value.Member, row.Value.Reason))];

    [Theory]
    [MemberData(nameof(Archives))]
    public void A_hostile_archive_is_refused_by_name_and_leaves_the_store_as_it_was(string name, string member, string reason)
    {
        var (before, outside) = (ground.Store(), ground.Outside());

        var build = ground.Build(repository => repository.Put(Odd, Cases()[name].Archive));

        Assert.Equal(5, build.ExitCode);
        Assert.Contains("odd_1.0-1_all.deb", build.Error, StringComparison.Ordinal);
        Assert.Contains(member, build.Error, StringComparison.Ordinal);
        Assert.Contains(reason, build.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", build.Error, StringComparison.Ordinal);
        before.AssertSame(ground.Store());
        outside.AssertSame(ground.Outside());
        Assert.False(File.Exists("/tmp/ez-evil"));
    }

    [Fact]
    public void An_archive_that_is_not_what_the_index_promised_is_refused_with_what_came()
    {
        var before = ground.Store();
        var odd = Odd.File("/usr/share/odd", "odd\n");

        var build = ground.Build(_ => odd, repository => repository.Tamper(odd.PoolPath));

        Assert.Equal(5, build.ExitCode);
        Assert.Contains("`odd 1.0-1 (all)` is not what was promised", build.Error, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:", build.Error, StringComparison.Ordinal);
        before.AssertSame(ground.Store());
        Assert.DoesNotContain(ground.Promised(odd), Directory.EnumerateFiles(ground.Archives).Select(Path.GetFileName));
    }

    [Fact]
    public void An_archive_of_another_package_than_the_index_promised_makes_no_version()
    {
        var before = ground.Store();

        var build = ground.Build(repository => repository.Put(Odd, RawDeb.OfStanza(RawDeb.Stanza.Replace("Package: odd", "Package: even", StringComparison.Ordinal))));

        Assert.Equal(5, build.ExitCode);
        Assert.Contains("holds even 1.0-1 (all)", build.Error, StringComparison.Ordinal);
        var now = ground.Store();
        Assert.Equal(before.Lines, before.Lines.Intersect(now.Lines, StringComparer.Ordinal));
        Assert.DoesNotContain(now.Lines.Except(before.Lines, StringComparer.Ordinal), line => line.StartsWith("store/versions", StringComparison.Ordinal) || line.StartsWith("store/manifests", StringComparison.Ordinal) || line.StartsWith("store/trees", StringComparison.Ordinal));
    }

    private static Dictionary<string, (byte[] Archive, string Member, string Reason)> Cases()
    {
        var sound = RawDeb.OfData(RawTar.WithFolders().File("./usr/odd/content", Encoding.ASCII.GetString(Enumerable.Repeat((byte)'x', 4000).ToArray())));
        return new(StringComparer.Ordinal)
        {
            ["a name with .."] = (RawDeb.OfData(RawTar.WithFolders().File("./usr/odd/before", "new in the store\n").File("./usr/../../../../../../tmp/ez-evil")), "data.tar: ./usr/../../../../../../tmp/ez-evil", "leads out"),
            ["below a link that leads out"] = (RawDeb.OfData(RawTar.WithFolders().Link("./usr/odd/way", "/tmp").File("./usr/odd/way/ez-evil")), "data.tar: /usr/odd/way/ez-evil", "a symbolic link"),
            ["a hard link to the host"] = (RawDeb.OfData(RawTar.WithFolders().HardLink("./usr/odd/shadow", "/etc/shadow")), "data.tar: ./usr/odd/shadow", "no file before it"),
            ["a size beyond all bounds"] = (RawDeb.OfData(RawTar.WithFolders().Add("./usr/odd/huge", '0', change: header => new byte[] { 0x80, 0, 0, 0, 0, 1, 0, 0 }.CopyTo(header, 124))), "data.tar", "is larger than"),
            ["a size beyond the archive"] = (RawDeb.OfData(RawTar.WithFolders().Add("./usr/odd/huge", '0', size: "00077777777")), "data.tar: ./usr/odd/huge", "ends inside this file"),
            ["cut short"] = (sound[..^2000], "data.tar", "the archive ends inside this member"),
            ["a device"] = (RawDeb.OfData(RawTar.WithFolders().Add("./usr/odd/mem", '3')), "`/usr/odd/mem`", "device node"),
            ["no xz"] = (RawDeb.OfData(RawDeb.Data(), "data.tar.xz"), "data.tar.xz", "not xz data"),
        };
    }
}
