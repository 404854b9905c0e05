using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Store;
using EzTemplates.Testing;
using Microsoft.Data.Sqlite;

namespace EzTemplates.Environments.Tests;

/// <summary>Environments with an rpm database of their own, which is large, edited, or was left half written.</summary>
public sealed class RpmDatabaseRemapTests : IDisposable
{
    private const string Place = "/var/lib/rpm/rpmdb.sqlite";
    private static readonly EnvironmentName Box = EnvironmentName.Parse("box");

    private readonly TestGround _ground;
    private readonly Remapper _remapper;
    private readonly Mapping _old;
    private readonly Mapping _next;
    private readonly string _root;

    public RpmDatabaseRemapTests()
    {
        Requires.Overlay();
        _ground = new TestGround();
        _remapper = new Remapper(_ground.Environments);
        (_old, _next) = (Version("1"), Version("2"));
        _ground.Environments.Create(Box, _old);
        _root = _ground.Environments.MountedRoot(Box);
        File.WriteAllBytes(_root + Place, Database(("base", "1"), ("own", "1")));
    }

    public void Dispose() => _ground?.Dispose();

    [Fact]
    public void A_database_of_hundreds_of_packages_is_merged_and_comes_back()
    {
        const long size = 40 << 20;
        Resize(size);

        _remapper.Remap(Box, _next);
        _ground.Environments.MountedRoot(Box);
        Assert.Equal(["base-2", "own-1"], Installed());

        _remapper.Rollback(Box);
        _ground.Environments.MountedRoot(Box);
        Assert.Equal(["base-1", "own-1"], Installed());
        Assert.Equal(size, new FileInfo(_root + Place).Length);
    }

    /// <summary>openSUSE's; its indexes are made anew by rpm, which knows an older file by its generation.</summary>
    [Fact]
    public void A_database_in_ndb_stays_one()
    {
        const string place = "/usr/lib/sysimage/rpm/Packages.db";
        byte[] Ndb(params (string Name, string Version)[] packages) => RpmNdbFile.Write([.. packages.Select((package, i) => new RpmDatabaseRow(i + 1, RawRpmHeader.Installed(package.Name, package.Version)))]);
        var (first, second) = (_ground.Version("3", [_ground.Bytes(place, Ndb(("base", "3")))]), _ground.Version("4", [_ground.Bytes(place, Ndb(("base", "4")))]));
        var box = EnvironmentName.Parse("leap");
        _ground.Environments.Create(box, first);
        var root = _ground.Environments.MountedRoot(box);
        var own = Ndb(("base", "3"), ("own", "1"));
        File.WriteAllBytes(root + place, own);

        _remapper.Remap(box, second);
        _ground.Environments.MountedRoot(box);
        Assert.Equal(Ndb(("base", "4"), ("own", "1")), File.ReadAllBytes(root + place));
        _remapper.Rollback(box);
        _ground.Environments.MountedRoot(box);
        Assert.Equal(own, File.ReadAllBytes(root + place));
    }

    [Fact]
    public void One_that_is_too_large_is_told_with_its_size()
    {
        Resize(600L << 20);
        Assert.Contains("629145600 bytes", Assert.Throws<EzException>(() => _remapper.Remap(Box, _next)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_somebody_has_edited_is_a_conflict()
    {
        using (var connection = new SqliteConnection($"Data Source={_root + Place};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE Packages SET blob = $blob WHERE hnum = 2;";
            command.Parameters.AddWithValue("$blob", RawRpmHeader.Installed("own", change: header => header.Texts(1049, "a", "b").Ints(1048, 0)));
            command.ExecuteNonQuery();
        }

        Assert.Contains("the environment's is malformed: its field REQUIREFLAGS", Assert.Throws<EzException>(() => _remapper.Remap(Box, _next)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-journal")]
    public void Nothing_is_rolled_back_under_a_log_that_is_not_written_back(string log)
    {
        _remapper.Remap(Box, _next);
        _ground.Environments.MountedRoot(Box);
        File.WriteAllText(_root + Place + log, "what a killed rpm has left");

        Assert.Contains($"rpmdb.sqlite{log} holds changes", Assert.Throws<EzException>(() => _remapper.Rollback(Box)).Message, StringComparison.Ordinal);
        Assert.Equal(["base-2", "own-1"], Installed());
    }

    [Fact]
    public void Of_several_packages_of_one_name_a_roll_back_has_all()
    {
        const string file = "/boot/kernel-2";
        var both = _ground.Version("3", [_ground.Bytes(Place, KernelDatabase("1", "2")), _ground.Text(file, "2\n")]);
        var first = _ground.Version("4", [_ground.Bytes(Place, KernelDatabase("1"))]);
        var box = EnvironmentName.Parse("kernels");
        _ground.Environments.Create(box, first);
        var root = _ground.Environments.MountedRoot(box);
        File.WriteAllBytes(root + Place, KernelDatabase("1", "2"));
        Directory.CreateDirectory(root + "/boot");
        File.WriteAllText(root + file, "2\n");

        _remapper.Remap(box, both);
        _ground.Environments.MountedRoot(box);
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(root)!, "private" + file)));
        File.WriteAllBytes(root + Place, RpmDatabaseFile.Write([.. Kernels("1", "2"), new RpmDatabaseRow(3, RawRpmHeader.Installed("own"))]));

        _remapper.Rollback(box);
        _ground.Environments.MountedRoot(box);
        Assert.Equal(["kernel-1", "kernel-2", "own-1"], Installed(root));
        Assert.Equal("2\n", File.ReadAllText(root + file));
    }

    private static byte[] KernelDatabase(params string[] versions) => RpmDatabaseFile.Write(Kernels(versions));

    /// <summary>Packages of one name that may be there beside each other, each with a file of its own.</summary>
    private static RpmDatabaseRow[] Kernels(params string[] versions) =>
    [
        .. versions.Select((version, i) => new RpmDatabaseRow(i + 1, RawRpmHeader.Installed(
            "kernel", version, header => header.Texts(1117, "kernel-" + version).Texts(1118, "/boot/").Ints(1116, 0).Raw(1029, 1, 1, new byte[1])))),
    ];

    private Mapping Version(string number) => _ground.Version(number, [_ground.Bytes(Place, Database(("base", number)))]);

    private static byte[] Database(params (string Name, string Version)[] packages) =>
        RpmDatabaseFile.Write([.. packages.Select((package, i) => new RpmDatabaseRow(i + 1, RawRpmHeader.Installed(package.Name, package.Version)))]);

    /// <summary>SQLite takes the rest of a file for pages that are free.</summary>
    private void Resize(long size)
    {
        using var file = File.OpenWrite(_root + Place);
        file.SetLength(size);
    }

    private IEnumerable<string> Installed() => Installed(_root);

    private static IEnumerable<string> Installed(string root) =>
        RpmDatabaseFile.Read(File.ReadAllBytes(root + Place)).Select(row => InstalledHeader.Read(row.Header)).Select(header => $"{header.Text(RpmField.PackageName)}-{header.Text(RpmField.Version)}").Order(StringComparer.Ordinal);
}
