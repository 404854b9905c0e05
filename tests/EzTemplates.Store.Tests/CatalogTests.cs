using EzTemplates.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class CatalogTests : IDisposable
{
    private static readonly MirrorRow Mirror = new("mirror", 10, 2.5, 3, 1);

    private readonly TempFolder _temp = new();

    private string Root => _temp.At("ez");

    private string CatalogFile => Path.Combine(Root, "catalog.db");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_damaged_or_absent_one_is_made_anew_from_the_files()
    {
        Requires.Root();
        Commit("debian-12");
        Assert.Equal(["debian-12@1.0.1"], IndexedVersions());
        RemoveCatalog();
        File.WriteAllText(CatalogFile, new string('x', 8192));
        SaveAndReadMirror();
        Assert.Equal(["debian-12@1.0.1"], IndexedVersions());
        RemoveCatalog();
        SaveAndReadMirror();
        Assert.Equal(["debian-12@1.0.1"], IndexedVersions());
    }

    [Fact]
    public void A_version_that_cannot_be_read_is_left_out_and_stops_nothing()
    {
        Requires.Root();
        Commit("debian-12");
        Commit("debian-13");
        RemoveCatalog();
        File.WriteAllText(Path.Combine(Root, "store", "versions", "debian-12", "1.0.1.json"), "{");
        SaveAndReadMirror();
        Assert.Equal(["debian-13@1.0.1"], IndexedVersions());
    }

    [Fact]
    public void One_that_cannot_be_replaced_stops_nothing()
    {
        using var store = ContentStore.Open(Root);
        File.WriteAllText(CatalogFile, new string('x', 8192));
        Directory.CreateDirectory(CatalogFile + "-wal");
        store.Catalog.SaveMirrors([Mirror]);
        Assert.Empty(store.Catalog.Mirrors());
    }

    private void Commit(string template)
    {
        using var store = ContentStore.Open(Root);
        using var writer = store.BeginWriting();
        writer.Commit(Given.Version(template, "1.0.1", Given.Manifest(Given.Folder("/usr"))));
    }

    private void SaveAndReadMirror()
    {
        using var store = ContentStore.Open(Root);
        store.Catalog.SaveMirrors([Mirror]);
        Assert.Equal([Mirror], store.Catalog.Mirrors());
    }

    private void RemoveCatalog()
    {
        foreach (var end in (string[])["", "-wal", "-shm"])
        {
            File.Delete(CatalogFile + end);
        }
    }

    private List<string> IndexedVersions()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = CatalogFile, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT template || '@' || version FROM versions ORDER BY template, version;";
        using var reader = command.ExecuteReader();
        var versions = new List<string>();
        while (reader.Read())
        {
            versions.Add(reader.GetString(0));
        }

        return versions;
    }
}
