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
    public void A_note_is_kept_with_those_that_were_there_if_its_path_is()
    {
        var tree = Tree(Folder("/"), File("/a", Old));
        var edit = new TreeEdit(tree with { Provenance = tree.Provenance with { Notes = [new ProvenanceNote(TreePath.Root, "old")] } });
        edit.Note(TreePath.Parse("/a"), "changed");
        edit.Note(TreePath.Parse("/a"), "again");
        edit.Note(TreePath.Parse("/gone"), "made");
        Assert.Equal([new(TreePath.Root, "old"), new(TreePath.Parse("/a"), "changed")], edit.Finish().Provenance.Notes);
    }

    [Fact]
    public void Parents_are_made_where_there_are_none()
    {
        var edit = new TreeEdit(Tree(Folder("/")));
        edit.MakeParents(TreePath.Parse("/a/b/c"), new FileTime(5));
        Assert.Equal(["/", "/a", "/a/b"], edit.Finish().Manifest.Entries.Select(entry => entry.Path.Latin1));
        Assert.Equal(0b111_101_101, edit.Find(TreePath.Parse("/a/b"))!.Mode);
    }

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
