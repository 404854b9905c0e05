using System.Buffers.Binary;
using EzTemplates.Formats;
using EzTemplates.Testing;
using Microsoft.Data.Sqlite;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>rpm's database where somebody has written into it with other tools than rpm.</summary>
public sealed class HostileRpmDatabaseTests : IDisposable
{
    private const int PageSize = 4096;

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("NULL")]
    [InlineData("'a text'")]
    [InlineData("x'00'")]
    public void A_row_without_a_header_is_told(string blob)
    {
        var database = Make($"INSERT INTO Packages VALUES (1, {blob});");
        Assert.Contains("row 1", Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(database)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_that_are_led_to_from_many_places_are_read_once()
    {
        var database = Make(Filled(rows: 40, size: 1000));
        Assert.Equal(40, RpmDatabaseFile.Read(database).Length);
        var page = RootOf(database);
        Assert.Equal(5, page[0]);
        var first = Number(page[Number16(page[12..])..]);
        for (var i = 1; i < Number16(page[3..]); i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(page[Number16(page[(12 + (2 * i))..])..], first);
        }

        Assert.Contains("stands after", Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(database)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_share_their_bytes_are_no_more_than_the_file()
    {
        // Of such a row some 600 bytes stand in the table itself, so that four of them are one page.
        const int size = 401_600;
        const int count = 4;
        var database = Make(Filled(count, size));
        Assert.Equal(count, RpmDatabaseFile.Read(database).Length);
        var page = RootOf(database);
        Assert.Equal(13, page[0]);
        var chain = Chain(page, 0);
        for (var i = 1; i < count; i++)
        {
            chain.CopyTo(Chain(page, i));
        }

        // The first row's pages come first; nothing leads to what is cut off.
        var pages = (int)Number(chain) + (size / PageSize) + 1;
        BinaryPrimitives.WriteInt32BigEndian(database.AsSpan(28), pages);
        Assert.Contains("more bytes than all of it", Assert.Throws<StoreException>(() => RpmDatabaseFile.Read(database[..(pages * PageSize)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_do_not_fit_each_other_are_told_by_name()
    {
        (string Field, Action<RawRpmHeader> Change)[] edits =
        [
            ("NAME", header => header.Remove(1000)),
            ("VERSION", header => header.Text(1001, "")),
            ("REQUIREFLAGS", header => header.Texts(1049, "a", "b").Ints(1048, 0)),
            ("FILETRIGGERINDEX", header => header.Texts(5069, "/a", "/b").Ints(5070, 0)),
            ("TRANSFILETRIGGERINDEX", header => header.Texts(5079, "/a", "/b").Ints(5080, 0)),
            ("FILESTATES", header => header.Texts(1117, "a", "b").Ints(1116, 0, 0).Texts(1118, "/").Raw(1029, 1, 1, [0])),
        ];
        Assert.All(edits, edit => Assert.Contains(
            edit.Field,
            Assert.Throws<MalformedArchiveException>(() => RpmDatabaseFile.Write([new RpmDatabaseRow(1, RawRpmHeader.Installed("odd", change: edit.Change))])).Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_of_no_transaction_is_one_all_the_same()
    {
        var row = new RpmDatabaseRow(7, RawRpmHeader.Installed("odd", change: header => header.Remove(1127).Remove(1128).Remove(1022)));
        Assert.Equal(row.Header, Assert.Single(RpmDatabaseFile.Read(RpmDatabaseFile.Write([row]))).Header);
    }

    [Fact]
    public void A_rich_dependency_in_many_parentheses_has_each_name_once()
    {
        const int depth = 60;
        var text = new string('(', depth) + "a" + string.Concat(Enumerable.Repeat(" else b)", depth));
        var header = InstalledHeader.Read(RawRpmHeader.Installed("odd", change: raw => raw.Texts(1049, text)));
        var names = RpmDatabaseIndex.All.Single(index => index.Name == "Requirename").RowsOf(header).Skip(1).Select(row => System.Text.Encoding.ASCII.GetString(row.Key.Span));
        Assert.Equal(["!a", "!b", "a", "b"], names.Order(StringComparer.Ordinal));
    }

    private static string Filled(int rows, int size) => string.Concat(Enumerable.Range(1, rows).Select(number => $"INSERT INTO Packages VALUES ({number}, zeroblob({size}));"));

    /// <summary>A database with rpm's table of packages, which takes any row.</summary>
    private byte[] Make(string rows)
    {
        var file = _temp.At("made.sqlite");
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"BEGIN; CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB); {rows} COMMIT;"
                + "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'BLOB)', 'BLOB NOT NULL)') WHERE name = 'Packages';";
            command.ExecuteNonQuery();
        }

        return File.ReadAllBytes(file);
    }

    /// <summary>The first page of the table of packages (sqlite.org/fileformat2.html, section 1.6).</summary>
    private Span<byte> RootOf(byte[] database)
    {
        using var connection = new SqliteConnection($"Data Source={_temp.At("made.sqlite")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT rootpage FROM sqlite_schema WHERE name = 'Packages';";
        return database.AsSpan(((int)(long)command.ExecuteScalar()! - 1) * PageSize, PageSize);
    }

    /// <summary>Where a leaf's row says on which page it goes on: at its end, and a row that was written later stands before it.</summary>
    private static Span<byte> Chain(Span<byte> page, int row)
    {
        var end = row == 0 ? PageSize : Number16(page[(8 + (2 * (row - 1)))..]);
        return page[(end - 4)..end];
    }

    private static int Number16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
