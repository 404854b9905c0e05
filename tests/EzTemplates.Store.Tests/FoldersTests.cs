using EzTemplates.Store.Native;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>Folders of trees that somebody else writes into.</summary>
public sealed class FoldersTests : IDisposable
{
    private readonly TempFolder _temp = new();

    [Theory]
    [InlineData("a/b", true)]
    [InlineData(".", true)]
    [InlineData("a/missing", false)]
    [InlineData("a/file", false)]
    [InlineData("link/b", false)]
    [InlineData("a/link-to-b", false)]
    [InlineData("..", false)]
    [InlineData("a/../../tree/a", false)]
    [InlineData("/", false)]
    public void A_folder_below_another_is_reached_by_folders_alone(string path, bool isThere)
    {
        var tree = _temp.MakeFolder("tree");
        Directory.CreateDirectory(Path.Combine(tree, "a/b"));
        File.WriteAllText(Path.Combine(tree, "a/file"), "");
        File.CreateSymbolicLink(Path.Combine(tree, "link"), "a");
        File.CreateSymbolicLink(Path.Combine(tree, "a/link-to-b"), "b");
        using var root = Libc.OpenFolder(null, tree);

        if (path is ".." or "/" or "a/../../tree/a")
        {
            Assert.Throws<StoreException>(() => Libc.TryOpenFolderBelow(root, path));
            return;
        }

        using var found = Libc.TryOpenFolderBelow(root, path);
        Assert.Equal(isThere, found is not null);
    }

    [Fact]
    public void All_members_are_listed_in_the_order_of_their_bytes_however_many_there_are()
    {
        var folder = _temp.MakeFolder("full");
        var names = Enumerable.Range(0, 3000).Select(i => $"{i:D5}-{new string('x', i % 200)}").Append("Ünïcode").Append("with\nline").ToList();
        names.ForEach(name => File.WriteAllText(Path.Combine(folder, name), ""));
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        using var opened = Libc.OpenFolder(null, folder);

        var first = Libc.ReadFolder(opened);
        Assert.Equal([.. names.Append("sub").Select(Latin1).Order(StringComparer.Ordinal)], first.Select(member => member.Name));
        Assert.Equal(["sub"], first.Where(member => member.IsFolder).Select(member => member.Name));
        Assert.Equal(first, Libc.ReadFolder(opened));
        Assert.True(Libc.TellsTypes(opened));
    }

    [Fact]
    public void A_folder_that_was_removed_since_it_was_opened_has_nothing()
    {
        var folder = _temp.MakeFolder("gone");
        using var opened = Libc.OpenFolder(null, folder);
        Directory.Delete(folder);
        Assert.Empty(Libc.ReadFolder(opened));
    }

    [Fact]
    public void A_device_is_told_by_the_listing()
    {
        using var devices = Libc.OpenFolder(null, "/dev");
        Assert.Equal((false, true), Libc.ReadFolder(devices).Where(member => member.Name == "null").Select(member => (member.IsFolder, member.IsDevice)).Single());
    }

    public void Dispose() => _temp.Dispose();

    private static string Latin1(string name) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(name));
}
