using System.Globalization;
using EzTemplates.Formats;
using EzTemplates.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>rpm's database as this project writes it, beside what rpm itself makes of the same packages.</summary>
public sealed class RpmDatabaseTests : IDisposable
{
    private const string Place = "var/lib/rpm";

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Headers_and_indexes_equal_those_of_a_real_installation()
    {
        Requires.Root();
        Requires.Tool("rpm");
        var files = Samples();
        Install(files);
        var theirs = RpmDatabaseFile.Read(File.ReadAllBytes(Database("theirs")));
        Assert.True(theirs.Length > 20, $"rpm took only {theirs.Length} packages");

        var ours = theirs.Select(row => Again(row, files)).ToList();
        Write("ours", ours);

        Assert.Equal([], theirs.Zip(ours).Where(pair => !pair.First.Header.AsSpan().SequenceEqual(pair.Second.Header)).Select(pair => Describe(pair.First)));
        foreach (var table in RpmDatabaseIndex.All)
        {
            var (their, our) = (Rows("theirs", table.Name), Rows("ours", table.Name));
            Assert.Equal($"{table.Name}: ", $"{table.Name}: {string.Join("; ", their.Except(our).Take(3))}");
            Assert.Equal($"{table.Name}: ", $"{table.Name}: {string.Join("; ", our.Except(their).Take(3))}");
            Assert.Equal(their.Count, our.Count);
        }

        Assert.Equal(Schema("theirs"), Schema("ours"));
        Assert.Equal(Rpm("theirs", ["-qa"]).Lines.Order(), Rpm("ours", ["-qa"]).Lines.Order());
    }

    [Fact]
    public void The_same_rows_are_the_same_bytes()
    {
        var header = InstalledHeader.Of(Headers(OnePackage()).Signature, Headers(OnePackage()).Main, new RpmInstallation(1_700_000_000, 1_700_000_000, 3, new byte[1]));
        Write("a", [new RpmDatabaseRow(1, header), new RpmDatabaseRow(2, header)]);
        Write("b", [new RpmDatabaseRow(1, header), new RpmDatabaseRow(2, header)]);

        Assert.Equal(File.ReadAllBytes(Database("a")), File.ReadAllBytes(Database("b")));
    }

    [Fact]
    public void What_is_no_database_is_told()
    {
        foreach (var bytes in (byte[][])[[], "Berkeley, once"u8.ToArray(), new byte[8192], RpmDatabaseFile.Write([])[..4096], View()])
        {
            Assert.Contains("rpm's database", Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(bytes)).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A database whose packages are a question without an end.</summary>
    private byte[] View()
    {
        using (var connection = new SqliteConnection($"Data Source={_temp.At("view")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE VIEW Packages AS WITH RECURSIVE n(hnum) AS (SELECT 1 UNION ALL SELECT hnum + 1 FROM n) SELECT hnum, x'00' AS blob FROM n;";
            command.ExecuteNonQuery();
        }

        return File.ReadAllBytes(_temp.At("view"));
    }

    private static byte[] OnePackage() => new RawRpm().File("/opt/one", "1").ToArray();

    private static RpmHeaders Headers(byte[] package) => RpmHeaders.Read(new MemoryStream(package), "one.rpm");

    /// <summary>From the package's own two headers, with what rpm noted when it was installed.</summary>
    private static RpmDatabaseRow Again(RpmDatabaseRow row, IReadOnlyList<string> files)
    {
        var installed = InstalledHeader.Read(row.Header);
        var name = installed.Text(RpmField.PackageName);
        using var file = File.OpenRead(files.Single(path => Headers(path).Main.Text(RpmField.PackageName) == name));
        var headers = RpmHeaders.Read(file, name!);
        uint Number(RpmField field) => (uint)installed.Numbers(field)[0];
        var installation = new RpmInstallation(Number(RpmField.InstallTime), Number(RpmField.InstallTransaction), Number(RpmField.InstallColor), StatesOf(installed));
        return new RpmDatabaseRow(row.Number, InstalledHeader.Of(headers.Signature, headers.Main, installation));
    }

    private static ReadOnlyMemory<byte> StatesOf(RpmHeader installed)
    {
        var states = installed.Numbers(RpmField.FileStates);
        return Enumerable.Range(0, states.Count).Select(i => (byte)states[i]).ToArray();
    }

    private static RpmHeaders Headers(string path)
    {
        using var file = File.OpenRead(path);
        return RpmHeaders.Read(file, Path.GetFileName(path));
    }

    /// <summary>Of each name one package, and of those that rpm can install at all.</summary>
    private static List<string> Samples()
    {
        var chosen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Requires.Shared(), "samples", "rpm"), "*.rpm", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            try
            {
                if (new FileInfo(path).Length < 4 << 20 && Headers(path) is { IsSource: false } headers && headers.Main.Bytes.Span[19] == 63)
                {
                    chosen.TryAdd(headers.Main.Text(RpmField.PackageName)!, path);
                }
            }
            catch (MalformedArchiveException)
            {
                // It is there to be refused.
            }
        }

        return [.. chosen.Values];
    }

    /// <summary>Some samples are headers whose file is cut or broken further on, which rpm says of one after the other.</summary>
    private void Install(List<string> files)
    {
        const string refused = " cannot be installed";
        for (; ; )
        {
            var run = Rpm("theirs", ["-i", "--justdb", "--nodeps", "--noscripts", "--nosignature", "--nodigest", "--ignorearch", "--ignoreos", "--replacefiles", .. files]);
            var bad = run.Error.Split('\n').Where(line => line.EndsWith(refused, StringComparison.Ordinal)).Select(line => line["error: ".Length..^refused.Length]).ToHashSet();
            if (files.RemoveAll(bad.Contains) == 0)
            {
                Assert.True(File.Exists(Database("theirs")), run.Error);
                return;
            }
        }
    }

    private static string Describe(RpmDatabaseRow row) => InstalledHeader.Read(row.Header).Text(RpmField.PackageName)!;

    private void Write(string root, IReadOnlyList<RpmDatabaseRow> rows)
    {
        _temp.MakeFolder(Path.Combine(root, Place));
        File.WriteAllBytes(Database(root), RpmDatabaseFile.Write(rows));
    }

    private string Database(string root) => _temp.At(Path.Combine(root, Place, RpmDatabaseFile.Name));

    private ToolRun Rpm(string root, string[] arguments)
    {
        _temp.MakeFolder(root);
        return ToolRun.Run(new ToolCommand("rpm", ["--root", _temp.At(root), "--dbpath", "/" + Place, .. arguments]));
    }

    private List<string> Rows(string root, string table) =>
        Query(root, $"SELECT hex(key) || ' ' || typeof(key) || ' ' || hnum || ' ' || idx FROM '{table}' ORDER BY hnum, idx, key;");

    private List<string> Schema(string root) => Query(root, "SELECT type || ' ' || name || ' ' || tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1;");

    private List<string> Query(string root, string text)
    {
        using var connection = new SqliteConnection($"Data Source={Database(root)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        }

        return rows;
    }
}
