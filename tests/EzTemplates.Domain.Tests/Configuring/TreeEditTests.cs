using System.Collections.Immutable;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using Xunit;

namespace EzTemplates.Domain.Tests.Configuring;

public sealed class TreeEditTests
{
    private static readonly Sha256Digest Old = Sha256Digest.Of("old"u8);
    private static readonly Sha256Digest New = Sha256Digest.Of("new"u8);

    [Fact]
    public void A_tree_that_nobody_edits_stays_as_it_was()
    {
        var tree = Tree(Folder("/"), File("/a", Old), Link("/b", "/a"), Link("/c", "/a"), Symlink("/d", "a"));
        var finished = new TreeEdit(tree).Finish();
        Assert.Equal(tree.Manifest.Entries, finished.Manifest.Entries);
        Assert.Equal(tree.Provenance.PackageOfEntry, finished.Provenance.PackageOfEntry);
    }

    [Fact]
    public void The_first_name_that_is_left_of_a_file_has_its_content()
    {
        var edit = new TreeEdit(Tree(Folder("/"), File("/a", Old), Link("/b", "/a"), Link("/c", "/a")));
        edit.Put(File("/a", New), 7);
        var finished = edit.Finish();
        Assert.Equal([Folder("/"), File("/a", New), File("/b", Old), Link("/c", "/b")], finished.Manifest.Entries);
        Assert.Equal([0, 7, 2, 3], finished.Provenance.PackageOfEntry);

        edit.Remove(TreePath.Parse("/b"));
        Assert.Equal([Folder("/"), File("/a", New), File("/c", Old)], edit.Finish().Manifest.Entries);
    }

    [Fact]
    public void A_name_that_is_added_to_a_file_may_come_before_it()
    {
        var edit = new TreeEdit(Tree(Folder("/"), File("/b", Old)));
        edit.PutLink(TreePath.Parse("/a"), TreePath.Parse("/b"));
        Assert.Equal([Folder("/"), File("/a", Old), Link("/b", "/a")], edit.Finish().Manifest.Entries);
    }

    [Theory]
    [InlineData("/lib/x", "/usr/lib/x")]
    [InlineData("/lib", "/lib")]
    [InlineData("/abs/x", "/usr/lib/x")]
    [InlineData("/up/lib/x", "/usr/lib/x")]
    [InlineData("/none/x", "/none/x")]
    public void Links_on_the_way_are_followed_and_the_last_name_stays(string path, string place)
    {
        var edit = new TreeEdit(Tree(Folder("/"), Symlink("/abs", "/lib"), Symlink("/lib", "usr/lib"), Symlink("/up", "usr/../../usr"), Folder("/usr"), Folder("/usr/lib")));
        Assert.Equal(place, edit.Settle(TreePath.Parse(path)).Latin1);
    }

    [Fact]
    public void A_loop_is_refused()
    {
        var edit = new TreeEdit(Tree(Folder("/"), Symlink("/a", "b"), Symlink("/b", "a")));
        Assert.Equal(FailureKind.Untrusted, Assert.Throws<EzException>(() => edit.Settle(TreePath.Parse("/a/x"))).Kind);
    }

    [Fact]
    public void What_scripts_did_is_kept_with_what_was_done_before_as_long_as_the_path_is_there()
    {
        var tree = Tree(Folder("/"), File("/a", Old), File("/b", Old), File("/c", Old), File("/d", Old));
        var edit = new TreeEdit(tree with
        {
            Provenance = tree.Provenance with { Notes = [new ProvenanceNote(TreePath.Root, "old")], Scripts = [Work("/a", 0, ScriptAct.Made), Work("/b", 0, ScriptAct.Made), Work("/c", 0, ScriptAct.Changed)] },
        });
        edit.PutByScript(File("/a", New), 1);
        edit.PutByScript(File("/a", Old), 1);
        edit.Put(File("/b", New));
        edit.Remove(TreePath.Parse("/c"));
        edit.PutTime(TreePath.Parse("/a"), new FileTime(9));
        edit.PutByScript(File("/e", New), 2);
        edit.PutLinkByScript(TreePath.Parse("/f"), TreePath.Parse("/e"), TreeEdit.NoPackage);
        var finished = edit.Finish().Provenance;
        Assert.Equal([Work("/a", 0, ScriptAct.Made), Work("/a", 1, ScriptAct.Changed), Work("/e", 2, ScriptAct.Made), Work("/f", -1, ScriptAct.Made)], finished.Scripts);
        Assert.Equal([new ProvenanceNote(TreePath.Root, "old")], finished.Notes);
        Assert.Equal([0, 1, TreeEdit.NoPackage, 4, TreeEdit.NoPackage, TreeEdit.NoPackage], finished.PackageOfEntry);
    }

    [Fact]
    public void Packages_are_found_by_the_names_that_dpkg_has_for_them()
    {
        var named = new NamedPackages(new Provenance { Packages = [new("a", "1", "amd64"), new("lib", "1", "amd64"), new("lib", "1", "i386")], PackageOfEntry = [] });
        Assert.Equal([0, 0, 1, 1, 2, -1, -1], ((string?[])["a", "a:amd64", "lib", "lib:amd64", "lib:i386", "a:i386", null]).Select(named.Find));
    }

    [Fact]
    public void Parents_are_made_where_there_are_none()
    {
        var edit = new TreeEdit(Tree(Folder("/")));
        edit.MakeParents(TreePath.Parse("/a/b/c"), new FileTime(5));
        Assert.Equal(["/", "/a", "/a/b"], edit.Finish().Manifest.Entries.Select(entry => entry.Path.Latin1));
        Assert.Equal(0b111_101_101, edit.Find(TreePath.Parse("/a/b"))!.Mode);
    }

    private static ScriptWork Work(string path, int package, ScriptAct act) => new(TreePath.Parse(path), package, act);

    /// <summary>Each path is of the package of its place.</summary>
    private static ComposedManifest Tree(params ImmutableArray<ManifestEntry> entries) =>
        new(new Manifest(entries), new Provenance { Packages = [], PackageOfEntry = [.. Enumerable.Range(0, entries.Length)] });

    private static ManifestEntry Folder(string path) => Entry(path, EntryType.Directory);

    private static ManifestEntry File(string path, Sha256Digest content) => Entry(path, EntryType.File) with { Content = content, Size = 3 };

    private static ManifestEntry Link(string path, string target) => Entry(path, EntryType.HardLink) with { Target = target };

    private static ManifestEntry Symlink(string path, string target) => Entry(path, EntryType.Symlink) with { Target = target };

    private static ManifestEntry Entry(string path, EntryType type) =>
        new() { Path = TreePath.Parse(path), Type = type, Mode = 0b111_101_101, Uid = 0, Gid = 0, Mtime = new FileTime(5) };
}
