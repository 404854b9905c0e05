using EzTemplates.Domain;
using EzTemplates.Store.Native;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private string Root => _temp.At("ez");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Its_root_is_closed_to_others_at_every_start()
    {
        ContentStore.Open(Root).Dispose();
        Libc.ChangeMode(null, Root, 0b111_101_101);
        ContentStore.Open(Root).Dispose();
        Assert.Equal(0b111_000_000, Libc.Status(null, Root).Mode);
    }

    [Fact]
    public void A_newer_format_is_refused_and_nothing_touched()
    {
        ContentStore.Open(Root).Dispose();
        File.WriteAllText(Path.Combine(Root, "store", "format"), "2\n");
        Libc.ChangeMode(null, Root, 0b111_101_101);
        var before = StoreSnapshot.Take(Root);
        var refused = Assert.Throws<StoreException>(() => ContentStore.Open(Root));
        Assert.Contains("format 2", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Hint);
        Assert.Equal(FailureKind.Store, refused.Kind);
        before.AssertSame(StoreSnapshot.Take(Root));
    }

    [Fact]
    public void A_folder_that_holds_other_things_is_no_store()
    {
        _temp.WriteFile("ez/letter.txt", "mine");
        var before = StoreSnapshot.Take(Root);
        Assert.Throws<StoreException>(() => ContentStore.Open(Root));
        before.AssertSame(StoreSnapshot.Take(Root));
    }

    [Fact]
    public void The_root_of_a_new_file_system_becomes_a_store()
    {
        _temp.MakeFolder("ez/lost+found");
        ContentStore.Open(Root).Dispose();
        Assert.True(File.Exists(Path.Combine(Root, "store", "format")));
        Assert.True(Directory.Exists(Path.Combine(Root, "lost+found")));
    }

    [Fact]
    public void Another_owner_is_refused()
    {
        Requires.Root();
        Directory.CreateDirectory(Root);
        Libc.ChangeOwner(null, Root, 65534, 65534);
        Assert.Contains("belongs to user 65534", Assert.Throws<StoreException>(() => ContentStore.Open(Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_command_left_is_gone_after_the_next_start()
    {
        ContentStore.Open(Root).Dispose();
        var clean = StoreSnapshot.Take(Root);
        var layout = new StoreLayout(Root);
        Directory.CreateDirectory(Path.Combine(layout.Work, "77-abc", "tree-1"));
        File.WriteAllText(Path.Combine(layout.Work, "77-abc", "tree-1", "tool"), "half");
        File.WriteAllText(Path.Combine(layout.Work, "77-abc.lock"), "77 ez build\n");
        Directory.CreateDirectory(Path.Combine(layout.Work, "78-def"));
        File.WriteAllText(Path.Combine(layout.Work, "78-def", "contents-2"), "no lock file");
        File.WriteAllText(layout.PackageLockOf(Given.Digest("p")), "77 ez build\n");
        ContentStore.Open(Root).Dispose();
        clean.AssertSame(StoreSnapshot.Take(Root));
    }

    [Fact]
    public void What_a_running_command_does_is_left_to_it()
    {
        using var store = ContentStore.Open(Root);
        using (var writer = store.BeginWriting())
        using (var batch = writer.BeginIngest())
        {
            batch.AddPackage("p", ("/a", "content of a"));
            ContentStore.Open(Root).Dispose();
            batch.Complete();
        }

        Assert.NotNull(store.FindContents(Given.Digest("p")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Layout.Work));
    }
}
