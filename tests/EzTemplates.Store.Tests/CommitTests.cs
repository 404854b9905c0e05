using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Formats.Manifests;
using EzTemplates.Testing;
using NuGet.Versioning;
using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class CommitTests : IDisposable
{
    private static readonly TemplateReference First = new("debian-12", NuGetVersion.Parse("1.0.1"));

    private readonly TempFolder _temp = new();
    private readonly ContentStore _store;

    public CommitTests()
    {
        Requires.Root();
        _store = ContentStore.Open(_temp.At("ez"));
    }

    public void Dispose()
    {
        _store?.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_version_can_be_read_back_without_its_recipe()
    {
        var commit = Given.Version("debian-12", "1.0.1", Given.Manifest(Given.Folder("/usr"), Given.File("/usr/a", "abc")));
        using (var writer = _store.BeginWriting())
        {
            var record = writer.Commit(commit);
            Assert.Equal((1, 3L, false), (record.Files, record.Bytes, record.IsConfigured));
            Assert.Equal(record, _store.Versions.Find(First));
        }

        var found = _store.Versions.Newest("debian-12")!;
        Assert.Equal(["debian-12"], _store.Versions.Templates());
        Assert.Equal(commit.Manifest.Entries, _store.Versions.ReadManifest(found.Manifest).Entries);
        Assert.Equal(commit.Lock.Recipe, _store.Versions.ReadLock(First).Recipe);
        Assert.Equal(commit.Provenance.PackageOfEntry, ReadProvenance(First).PackageOfEntry);
        Assert.True(Directory.Exists(_store.Layout.TreeOf(found.Manifest)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Layout.Work));
    }

    [Fact]
    public void The_same_again_changes_nothing_and_another_lock_is_refused()
    {
        var manifest = Given.Manifest(Given.Folder("/usr"));
        using var writer = _store.BeginWriting();
        var first = writer.Commit(Given.Version("debian-12", "1.0.1", manifest));
        var before = StoreSnapshot.Take(_store.Layout.Store, "work");
        Assert.Equal(first, writer.Commit(Given.Version("debian-12", "1.0.1", manifest)));
        var other = Given.Version("debian-12", "1.0.1", manifest, "another recipe");
        var refused = Assert.Throws<EzException>(() => writer.Commit(other));
        Assert.Equal(FailureKind.Usage, refused.Kind);
        Assert.Contains(first.Lock.Short, refused.Message, StringComparison.Ordinal);
        before.AssertSame(StoreSnapshot.Take(_store.Layout.Store, "work"));
    }

    /// <summary>A commit that stopped after any of its steps leaves these files; the same commit then ends as an undisturbed one.</summary>
    [Theory]
    [InlineData("manifests")]
    [InlineData("trees")]
    [InlineData("images")]
    [InlineData("versions/debian-12/1.0.1.lock.json")]
    [InlineData("versions/debian-12/1.0.1.provenance")]
    [InlineData("versions/debian-12/1.0.1.json")]
    public void A_commit_ends_the_same_wherever_the_one_before_it_stopped(string last)
    {
        var commit = Given.Version("debian-12", "1.0.1", Given.Manifest(Given.Folder("/usr"), Given.File("/usr/a", "abc")));
        var kind = last == "images" ? LayerKind.Image : LayerKind.Tree;
        using var store = ContentStore.Open(_store.Layout.Root, new StoreOptions { Layer = _ => kind });
        Sha256Digest manifest;
        using (var writer = store.BeginWriting())
        {
            manifest = writer.Commit(commit).Manifest;
        }

        var whole = StoreSnapshot.Take(_store.Layout.Store, "versions/debian-12/1.0.1.json");
        var layer = kind == LayerKind.Image ? "images" : "trees";
        string[] steps =
        [
            "manifests", layer, "versions/debian-12/1.0.1.lock.json", "versions/debian-12/1.0.1.provenance", "versions/debian-12/1.0.1.json",
        ];
        foreach (var step in steps.SkipWhile(step => step != last))
        {
            var path = Path.Combine(_store.Layout.Store, step);
            FolderRemoval.Remove(step == "manifests" ? Path.Combine(path, manifest.ToString()) : step == layer ? store.Layout.LayerOf(kind, manifest) : path);
        }

        Assert.Null(_store.Versions.Find(First));
        using (var writer = store.BeginWriting())
        {
            Assert.Equal(ManifestText.DigestOf(commit.Manifest), writer.Commit(commit).Manifest);
        }

        whole.AssertSame(StoreSnapshot.Take(_store.Layout.Store, "versions/debian-12/1.0.1.json"));
        Assert.NotNull(_store.Versions.Find(First));
    }

    [Fact]
    public void A_version_has_one_layer_and_gets_the_other_kind_when_it_is_asked_for()
    {
        var commit = Given.Version("debian-12", "1.0.1", Given.Manifest(Given.Folder("/usr"), Given.File("/usr/a", "abc")));
        using var store = ContentStore.Open(_store.Layout.Root, new StoreOptions { Layer = _ => LayerKind.Image });
        Directory.Delete(store.Layout.Images);
        using var writer = store.BeginWriting();
        var record = writer.Commit(commit);
        Assert.True(store.Versions.IsWhole(record));
        Assert.Equal(ErofsImage.Write(commit.Manifest, record.Manifest), File.ReadAllBytes(store.Layout.ImageOf(record.Manifest)));
        Assert.False(Directory.Exists(store.Layout.TreeOf(record.Manifest)));

        Assert.Equal(store.Layout.TreeOf(record.Manifest), writer.MakeLayer(commit.Manifest, record.Manifest, LayerKind.Tree));
        File.Delete(store.Layout.ImageOf(record.Manifest));
        Assert.True(store.Versions.IsWhole(record));
        FolderRemoval.Remove(store.Layout.TreeOf(record.Manifest));
        Assert.False(store.Versions.IsWhole(record));
        Assert.Equal(record, writer.Commit(commit));
        Assert.True(File.Exists(store.Layout.ImageOf(record.Manifest)));
    }

    [Fact]
    public void Who_waits_is_told_for_whom()
    {
        var path = _store.Layout.TemplateLockOf("debian-12");
        using var cancellation = new CancellationTokenSource();
        LockWaiting? told = null;
        using (FileLock.Acquire(path, FileLockMode.Exclusive, "template debian-12", LockPatience.Silent))
        {
            var patience = new LockPatience(
                waiting =>
                {
                    told = waiting;
                    cancellation.Cancel();
                },
                cancellation.Token);
            Assert.Throws<OperationCanceledException>(() => FileLock.Acquire(path, FileLockMode.Exclusive, "template debian-12", patience).Dispose());
        }

        Assert.Contains(System.Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), told!.ToString(), StringComparison.Ordinal);
        Assert.NotNull(FileLock.TryAcquire(path, FileLockMode.Exclusive));
    }

    private Provenance ReadProvenance(TemplateReference reference)
    {
        var path = _store.Layout.VersionProvenanceOf(reference.Template, reference.Version);
        return ProvenanceText.Read(File.ReadAllBytes(path), path);
    }
}
