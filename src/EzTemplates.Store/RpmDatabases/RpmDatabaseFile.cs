using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using EzTemplates.Formats;
using Microsoft.Data.Sqlite;

namespace EzTemplates.Store;

/// <summary>A row of the table of packages: its number, and the header as rpm keeps it (<see cref="InstalledHeader"/>).</summary>
public sealed record RpmDatabaseRow(long Number, byte[] Header);

/// <summary>
/// <c>rpmdb.sqlite</c>, as rpm's own SQLite backend makes it (rpm's lib/backend/sqlite.c). The same rows give the same bytes, so that a tree
/// does not depend on which rpm a host has, or on whether it has one.
/// </summary>
public static class RpmDatabaseFile
{
    public const string Name = "rpmdb.sqlite";

    internal const string PackagesTable = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)";

    // sqlite.org/fileformat2.html: 2 stands for a write-ahead log, which a database in memory cannot have.
    internal const int VersionsAt = 18;
    private const byte WriteAheadLog = 2;

    /// <summary>A new database.</summary>
    /// <exception cref="EzTemplates.Domain.EzException">Store: SQLite refuses the rows.</exception>
    public static byte[] Write(IReadOnlyList<RpmDatabaseRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        try
        {
            return WriteRows(rows);
        }
        catch (SqliteException failure)
        {
            throw new StoreException($"cannot write rpm's database: {failure.Message}", inner: failure);
        }
    }

    /// <summary>The packages of a database of either form, in the order in which they were installed. Nothing of what somebody may have put into the database besides runs.</summary>
    /// <exception cref="EzTemplates.Domain.EzException">Store: it is no such database.</exception>
    public static ImmutableArray<RpmDatabaseRow> Read(byte[] database)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (RpmNdbFile.Is(database))
        {
            return RpmNdbFile.Read(database);
        }

        try
        {
            using var connection = Open();
            return RpmDatabaseReader.Read(connection, database);
        }
        catch (SqliteException failure)
        {
            throw new StoreException($"cannot read rpm's database: {failure.Message}", inner: failure);
        }
    }

    private static byte[] WriteRows(IReadOnlyList<RpmDatabaseRow> rows)
    {
        using var connection = Open();
        Execute(connection, "PRAGMA page_size = 4096;");
        using (var transaction = connection.BeginTransaction())
        {
            MakeTables(connection);
            WritePackages(connection, rows);
            foreach (var index in RpmDatabaseIndex.All)
            {
                WriteIndex(connection, index, rows);
            }

            transaction.Commit();
        }

        var bytes = Bytes(connection);

        // As rpm leaves it: whoever opens it next uses a log.
        (bytes[VersionsAt], bytes[VersionsAt + 1]) = (WriteAheadLog, WriteAheadLog);
        return bytes;
    }

    private static SqliteConnection Open()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        return connection;
    }

    private static byte[] Bytes(SqliteConnection connection)
    {
        var memory = SQLitePCL.raw.sqlite3_serialize(connection.Handle!, "main", out var size, 0);
        try
        {
            var bytes = new byte[size];
            Marshal.Copy(memory, bytes, 0, bytes.Length);
            return bytes;
        }
        finally
        {
            SQLitePCL.raw.sqlite3_free(memory);
        }
    }

    private static void MakeTables(SqliteConnection connection)
    {
        var text = new StringBuilder(PackagesTable + ";");
        foreach (var index in RpmDatabaseIndex.All)
        {
            var type = index.Kind == RpmKeyKind.Text ? "TEXT" : "BLOB";
            text.Append($"CREATE TABLE '{index.Name}' (key '{type}' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum));");
            if (index.Kind == RpmKeyKind.Text)
            {
                text.Append($"CREATE INDEX '{index.Name}_key_idx' ON '{index.Name}'(key ASC);");
            }

            if (index.IsByPackage)
            {
                text.Append($"CREATE INDEX '{index.Name}_hnum_idx' ON '{index.Name}'(hnum ASC);");
            }
        }

        Execute(connection, text.ToString());
    }

    private static void WritePackages(SqliteConnection connection, IReadOnlyList<RpmDatabaseRow> rows)
    {
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO Packages VALUES ($hnum, $blob);";
        var (number, header) = (insert.Parameters.Add("$hnum", SqliteType.Integer), insert.Parameters.Add("$blob", SqliteType.Blob));
        foreach (var row in rows)
        {
            (number.Value, header.Value) = (row.Number, row.Header);
            insert.ExecuteNonQuery();
        }
    }

    private static void WriteIndex(SqliteConnection connection, RpmDatabaseIndex index, IReadOnlyList<RpmDatabaseRow> rows)
    {
        using var insert = connection.CreateCommand();
        // Text goes in as bytes and is made text there: rpm's strings need not be UTF-8.
        insert.CommandText = $"INSERT INTO '{index.Name}' VALUES ({(index.Kind == RpmKeyKind.Text ? "CAST($key AS TEXT)" : "$key")}, $hnum, $idx);";
        var (key, number, place) = (insert.Parameters.Add("$key", SqliteType.Blob), insert.Parameters.Add("$hnum", SqliteType.Integer), insert.Parameters.Add("$idx", SqliteType.Integer));
        foreach (var row in rows)
        {
            foreach (var found in index.RowsOf(InstalledHeader.Read(row.Header)))
            {
                (key.Value, number.Value, place.Value) = (found.Key.ToArray(), row.Number, (long)found.Place);
                insert.ExecuteNonQuery();
            }
        }
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
