using System.Text;
using EzTemplates.Domain.Composition;
using Xunit;

namespace EzTemplates.Domain.Tests.Composition;

public sealed class ManifestComposerTests
{
    [Fact]
    public void The_union_has_missing_parents_with_the_epoch()
    {
        var composed = Compose(Package("a", "d /usr", "f /usr/share/doc/a"), Package("b", "f /etc/b"));
        Assert.Equal(["d / -1", "d /etc -1", "f /etc/b b", "d /usr a", "d /usr/share -1", "d /usr/share/doc -1", "f /usr/share/doc/a a"], Shown(composed));
        var made = composed.Manifest.Find(TreePath.Parse("/etc"))!;
        Assert.Equal((0x1ed, 0u, 0u, new FileTime(99)), (made.Mode, made.Uid, made.Gid, made.Mtime));
    }

    [Fact]
    public void Merged_usr_moves_entries_and_always_has_its_four_links()
    {
        var composed = Compose(true, Package("a", "d /bin", "f /bin/x", "d /lib", "l /lib/y ../bin/x", "f /lib32/z", "f /library"));
        Assert.Equal(
            [
                "d / -1", "l /bin usr/bin -1", "l /lib usr/lib -1", "l /lib32 usr/lib32 -1", "l /lib64 usr/lib64 -1", "f /library a", "l /sbin usr/sbin -1",
                "d /usr -1", "d /usr/bin a", "f /usr/bin/x a", "d /usr/lib a", "l /usr/lib/y ../bin/x a", "d /usr/lib32 -1", "f /usr/lib32/z a",
                "d /usr/lib64 -1", "d /usr/sbin -1",
            ],
            Shown(composed));
        Assert.Equal(new FileTime(99), composed.Manifest.Find(TreePath.Parse("/sbin"))!.Mtime);
    }

    [Fact]
    public void A_package_s_own_usr_merge_link_is_kept_and_another_one_refused()
    {
        Assert.Contains("l /bin usr/bin a", Shown(Compose(true, Package("a", "l /bin usr/bin"), Package("b", "d /bin", "f /bin/x"))));
        AssertConflict(
            "package `a` has `/bin` -> `opt`, where a merged /usr has `usr/bin`",
            () => Compose(true, Package("a", "l /bin opt")));
    }

    [Fact]
    public void An_old_link_that_usr_merge_turns_on_itself_gives_way()
    {
        foreach (var link in new[] { "l /usr/bin/x /bin/x", "l /usr/bin/x ../../bin/x" })
        {
            Assert.Contains("f /usr/bin/x a", Shown(Compose(true, Package("a", "f /bin/x", link))));
            Assert.Contains("f /usr/bin/x a", Shown(Compose(true, Package("a", link, "f /bin/x"))));
        }

        AssertConflict(
            "package `a` has both `/bin/x` and `/usr/bin/x`, which are one path once /usr is merged",
            () => Compose(true, Package("a", "f /bin/x", "l /usr/bin/x y")));
    }

    [Fact]
    public void Two_packages_with_one_file_are_both_named()
    {
        AssertConflict(
            "packages `a` and `b` both have `/etc/x`, and neither replaces the other",
            () => Compose(Package("a", "f /etc/x"), Package("b", "f /etc/x")));
        AssertConflict(
            "packages `a` and `b` both have `/usr/bin/x` (`a` as `/bin/x`), and neither replaces the other",
            () => Compose(true, Package("a", "f /bin/x"), Package("b", "f /usr/bin/x")));
        AssertConflict(
            "packages `b` and `a` both have `/x`, a file in the one and a directory in the other, and neither replaces the other",
            () => Compose(Package("a", "d /x"), Package("b", "f /x")));
        AssertConflict(
            "package `b` has `/x/y`, but `/x` is a file of package `a`",
            () => Compose(Package("a", "f /x"), Package("b", "f /x/y")));
        AssertConflict(
            "packages `a` and `b` both have `/x`, a symbolic link in the one and a directory in the other, and neither replaces the other",
            () => Compose(Package("a", "l /x gone"), Package("b", "d /x")));
    }

    [Theory]
    [InlineData(VersionRelation.Any, "", true)]
    [InlineData(VersionRelation.Less, "2", true)]
    [InlineData(VersionRelation.Less, "1", false)]
    public void Replaces_decides_in_either_order(VersionRelation relation, string version, bool wins)
    {
        var old = Package("old", "f /x");
        var replacing = Package("new", "f /x") with { Replaces = [new("other"), new("old", relation, version)] };
        foreach (var order in new[] { new[] { old, replacing }, [replacing, old] })
        {
            if (wins)
            {
                Assert.Equal(["d / -1", "f /x new"], Shown(Compose(order)));
            }
            else
            {
                Assert.Throws<EzException>(() => Compose(order));
            }
        }
    }

    [Fact]
    public void Of_packages_that_replace_one_another_the_last_wins()
    {
        var a = Package("a", "f /x") with { Replaces = [new("b")] };
        var b = Package("b", "f /x") with { Replaces = [new("a")] };
        Assert.Contains("f /x b", Shown(Compose(a, b)));
        Assert.Contains("f /x a", Shown(Compose(b, a)));
    }

    [Fact]
    public void The_first_configured_decides_a_directory_and_the_difference_is_noted()
    {
        var composed = Compose(Package("a", "d /x 0755"), Package("b", "d /x 0700"), Package("c", "d /x 0755"));
        Assert.Equal(0x1ed, composed.Manifest.Find(TreePath.Parse("/x"))!.Mode);
        Assert.Equal([new ProvenanceNote(TreePath.Parse("/x"), "0755 0:0 (a); not 0700 0:0 (b)")], composed.Provenance.Notes);
    }

    [Fact]
    public void Paths_below_another_package_s_link_follow_it()
    {
        var composed = Compose(
            Package("a", "d /real", "l /one /two", "l /two real"),
            Package("b", "d /one", "f /one/x", "d /one/sub", "h /one/y /one/x"));
        Assert.Equal(
            ["d / -1", "l /one /two a", "d /real a", "d /real/sub b", "f /real/x b", "h /real/y /real/x b", "l /two real a"],
            Shown(composed));
    }

    [Fact]
    public void A_link_inside_a_directory_that_moved_is_followed_too()
    {
        var composed = Compose(
            Package("a", "d /r", "d /r/deep", "l /one r", "l /one/two deep"),
            Package("b", "f /one/two/x"));
        Assert.Equal(["d / -1", "l /one r a", "d /r a", "d /r/deep a", "f /r/deep/x b", "l /r/two deep a"], Shown(composed));
    }

    [Theory]
    [InlineData("l /x x", "the symbolic link `/x` -> `x` leads round in circles")]
    [InlineData("l /x ../out", "the symbolic link `/x` -> `../out` leads out of the tree")]
    public void Links_that_loop_or_leave_are_refused_where_something_lies_below(string link, string message)
    {
        var e = Assert.Throws<EzException>(() => Compose(Package("a", link), Package("b", "f /x/y")));
        Assert.Equal((FailureKind.Untrusted, message), (e.Kind, e.Message));
        Assert.Contains("a", string.Join('\n', Shown(Compose(Package("a", link)))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reserved_path_is_refused()
    {
        var e = Assert.Throws<EzException>(() => Compose(Package("a", "f /.ez-objects/ab/c")));
        Assert.Equal("package `a` has `/.ez-objects/ab/c`, a path that is reserved for views", e.Message);
    }

    [Fact]
    public void Hard_links_name_the_first_path_and_are_promoted_when_it_goes_to_another_package()
    {
        var linked = Package("a", "f /m", "h /z /m", "h /b /m");
        var composed = Compose(linked);
        Assert.Equal(["d / -1", "f /b a", "h /m /b a", "h /z /b a"], Shown(composed));
        Assert.Equal(Sha256Digest.Of("a/m"u8), composed.Manifest.Find(TreePath.Parse("/b"))!.Content);

        var taking = Package("t", "f /b", "f /m") with { Replaces = [new("a")] };
        composed = Compose(linked, taking);
        Assert.Equal(["d / -1", "f /b t", "f /m t", "f /z a"], Shown(composed));
        Assert.Equal(Sha256Digest.Of("a/m"u8), composed.Manifest.Find(TreePath.Parse("/z"))!.Content);
    }

    [Fact]
    public void A_hard_link_to_nothing_is_refused()
    {
        var e = Assert.Throws<EzException>(() => Compose(Package("a", "h /z /m")));
        Assert.Equal((FailureKind.Untrusted, "package `a`: `/z` is a hard link to `/m`, which is no file before it"), (e.Kind, e.Message));
    }

    [Fact]
    public void Multi_arch_same_packages_share_equal_files_only()
    {
        var one = Package("lib", "f /doc =same") with { MultiArchSame = true };
        var two = Package("lib", "f /doc =same") with { MultiArchSame = true, Architecture = "i386" };
        Assert.Equal(["d / -1", "f /doc lib"], Shown(Compose(one, two)));
        AssertConflict("packages `lib:amd64` and `lib:i386` both have `/doc`, and neither replaces the other", () => Compose(one, Package("lib", "f /doc =other") with { MultiArchSame = true, Architecture = "i386" }));
        Assert.Throws<EzException>(() => Compose(one, two with { Version = "2" }));
        Assert.Throws<EzException>(() => Compose(one, two with { MultiArchSame = false }));
    }

    [Fact]
    public void A_package_that_may_divert_has_the_path_and_the_other_s_file_is_told_apart()
    {
        var guard = Package("guard", "l /sbin/halt ../lib/guard") with { MayDivert = () => true };
        var other = Package("sysv", "l /sbin/halt ../bin/ctl", "f /x =linked", "h /sbin/init /x");
        foreach (var composed in (ComposedManifest[])[Compose(guard, other), Compose(other, guard)])
        {
            Assert.Contains("l /sbin/halt ../lib/guard guard", Shown(composed));
            var aside = Assert.Single(composed.Contested);
            Assert.Equal(("/sbin/halt", "../bin/ctl", "sysv"), (aside.Entry.Path.ToString(), aside.Entry.Target, composed.Provenance.Packages[aside.Package].Name));
            Assert.StartsWith("packages `", aside.AtOdds.Message, StringComparison.Ordinal);
        }

        var linked = Compose(other, Package("guard", "f /sbin/init") with { MayDivert = () => true });
        Assert.Equal(linked.Manifest.Find(TreePath.Parse("/x"))!.Content, Assert.Single(linked.Contested).Entry.Content);
        AssertConflict("packages `guard` and `sysv` both have `/sbin/halt`, and neither replaces the other", () => Compose(guard, other with { MayDivert = () => true }));
        AssertConflict("packages `sysv` and `third` both have `/sbin/halt`, and neither replaces the other", () => Compose(guard, other, Package("third", "l /sbin/halt z")));
    }

    private static void AssertConflict(string message, Action act)
    {
        var e = Assert.Throws<EzException>(act);
        Assert.Equal(message, e.Message);
        Assert.Equal(FailureKind.Unsolvable, e.Kind);
        Assert.StartsWith("leave", e.Hint, StringComparison.Ordinal);
    }

    internal static ComposedManifest Compose(params ComposedPackage[] packages) => Compose(false, packages);

    internal static ComposedManifest Compose(bool usrMerge, params ComposedPackage[] packages) =>
        ManifestComposer.Compose(packages, new ComposeOptions(new FileTime(99), usrMerge, string.CompareOrdinal));

    /// <summary>Entries as <c>f /path [=content]</c>, <c>d /path [mode]</c>, <c>l /path target</c>, <c>h /path target</c>.</summary>
    internal static ComposedPackage Package(string name, params string[] entries) => new(name, "1", "amd64", false, [], new PackageContents
    {
        Package = Sha256Digest.Of(Encoding.UTF8.GetBytes(name)),
        ArchiveSize = 1,
        Control = [],
        Entries = [.. entries.Select(entry => new PackageEntry(Entry(name, entry.Split(' ')), "root", "root"))],
    });

    internal static IEnumerable<string> Shown(ComposedManifest composed) =>
        composed.Manifest.Entries.Zip(composed.Provenance.PackageOfEntry, (entry, package) => string.Join(
            ' ',
            new[] { ((char)entry.Type).ToString(), entry.Path.Latin1, entry.Target, package < 0 ? "-1" : composed.Provenance.Packages[package].Name }.Where(s => s != "")));

    private static ManifestEntry Entry(string package, string[] fields)
    {
        var (type, path, more) = ((EntryType)fields[0][0], TreePath.Parse(fields[1]), fields.ElementAtOrDefault(2) ?? "");
        var content = more.StartsWith('=') ? more : package + path.Latin1;
        return new ManifestEntry
        {
            Path = path,
            Type = type,
            Mode = type == EntryType.Directory && more != "" ? Convert.ToInt32(more, 8) : type == EntryType.Symlink ? 0x1ff : 0x1ed,
            Uid = 0,
            Gid = 0,
            Mtime = new FileTime(7),
            Content = type == EntryType.File ? Sha256Digest.Of(Encoding.UTF8.GetBytes(content)) : null,
            Target = type is EntryType.Symlink or EntryType.HardLink ? more : "",
        };
    }
}
