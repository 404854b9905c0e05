using EzTemplates.Store.Native;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>After an unclean shutdown on a disk that lost what it had promised to keep.</summary>
public sealed class RecoveryTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ContentStore _store;

    public RecoveryTests() => _store = ContentStore.Open(_temp.At("ez"));

    public void Dispose()
    {
        _store.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void New_objects_are_hashed_again()
    {
        Ingest();
        LoseTheBytesOf("broken");
        using (var writer = _store.BeginWriting())
        using (var batch = writer.BeginIngest())
        {
            Assert.False(_store.Objects.Has(Given.Digest("broken")));
            Assert.True(_store.Objects.Has(Given.Digest("whole")));
            AddBoth(batch);
            Assert.Equal((1, 1), (batch.Statistics.NewPackages, batch.Statistics.KnownPackages));
        }

        Assert.True(_store.Objects.Verify(Given.Digest("broken")));
        Assert.False(File.Exists(_store.Layout.Dirty));
    }

    [Fact]
    public void A_version_that_names_a_lost_object_is_made_again()
    {
        Requires.Root();
        Ingest();
        var broken = Given.Version("os", "1.0.1", Given.Manifest(Given.File("/b", "broken")));
        var whole = Given.Version("os", "1.0.2", Given.Manifest(Given.File("/a", "whole")), "another recipe");
        TemplateVersionRecord[] made;
        using (var writer = _store.BeginWriting())
        {
            made = [writer.Commit(broken), writer.Commit(whole)];
        }

        LoseTheBytesOf("broken");
        _store.BeginWriting().Dispose();
        Assert.Equal([false, true], made.Select(version => File.Exists(_store.Layout.ManifestOf(version.Manifest))));
        var absent = Assert.Throws<StoreException>(() => _store.Versions.ReadManifest(made[0].Manifest));
        Assert.Equal("build the version again from its lock", absent.Hint);
        using (var writer = _store.BeginWriting())
        {
            Assert.Equal(made[0], writer.Commit(broken));
        }

        Assert.Equal(broken.Manifest.Entries, _store.Versions.ReadManifest(made[0].Manifest).Entries);
    }

    /// <summary>What cannot be read stops it as a full stop of the machine would: at a moment between two removals.</summary>
    [Fact]
    public void Recovery_that_was_interrupted_ends_the_same_when_it_runs_again()
    {
        Ingest();
        LoseTheBytesOf("broken");
        var unreadable = Path.Combine(_store.Layout.Contents, "!");
        Directory.CreateDirectory(unreadable);
        Assert.Throws<StoreException>(() => _store.BeginWriting());
        Directory.Delete(unreadable);
        _store.BeginWriting().Dispose();
        Assert.False(_store.Objects.Has(Given.Digest("broken")));
        Assert.False(_store.HasContents(Given.Digest("bad")));
        Assert.True(_store.HasContents(Given.Digest("good")));
        Assert.False(File.Exists(_store.Layout.Dirty));
    }

    private static void AddBoth(IngestBatch batch)
    {
        batch.AddPackage("bad", ("/b", "broken"));
        batch.AddPackage("good", ("/a", "whole"));
        batch.Complete();
    }

    private void Ingest()
    {
        using var writer = _store.BeginWriting();
        using var batch = writer.BeginIngest();
        AddBoth(batch);
    }

    private void LoseTheBytesOf(string content)
    {
        File.WriteAllText(_store.Layout.Dirty, "the boot before\n");
        File.SetLastWriteTimeUtc(_store.Layout.Dirty, DateTime.UtcNow.AddMinutes(-1));
        var lost = _store.Layout.ObjectOf(Given.Digest(content));
        Libc.ChangeMode(null, lost, 0b110_000_000);
        File.WriteAllText(lost, new string('\0', content.Length));
    }
}
