using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EzTemplates.Store;

/// <summary>
/// Reads rpm's database where anybody may have written it. Pages of a crafted one may be led to from many places, so that a small file has
/// rows without an end; what is read is bounded by the file's own size.
/// </summary>
internal static class RpmDatabaseReader
{
    // sqlite.org/fileformat2.html: a database in memory has no write-ahead log, only a journal.
    private const int FileHeader = 100;
    private const byte Journal = 1;

    // SQLite's own steps, and how many of them it does before it asks whether to go on. rpm's schema has some 50 entries of 200 bytes.
    private const int StepsAtOnce = 1000;
    private const int SchemaSteps = 100 * StepsAtOnce;
    private const int MostSchemaText = 16 << 10;

    // Two counts and one field; and more than any header that is read (RpmHeaderKind).
    private const int LeastRow = 24;
    private const int MostRow = 64 << 20;

    /// <exception cref="SqliteException">It is no database, or takes longer than one of its size may.</exception>
    /// <exception cref="StoreException">It is not one of rpm's.</exception>
    public static ImmutableArray<RpmDatabaseRow> Read(SqliteConnection connection, byte[] database)
    {
        var handle = connection.Handle!;
        long steps = SchemaSteps;
        raw.sqlite3_progress_handler(handle, StepsAtOnce, _ => (steps -= StepsAtOnce) < 0 ? 1 : 0, null);
        raw.sqlite3_limit(handle, raw.SQLITE_LIMIT_LENGTH, MostSchemaText);
        Fill(handle, database);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
        command.ExecuteNonQuery();
        command.CommandText = "SELECT count(*) FROM sqlite_schema WHERE name = 'Packages' AND type = 'table' AND sql = $sql;";
        command.Parameters.AddWithValue("$sql", RpmDatabaseFile.PackagesTable);
        if ((long)command.ExecuteScalar()! != 1)
        {
            throw new StoreException("cannot read rpm's database: it has no table of packages as rpm makes it");
        }

        steps = SchemaSteps + (long)database.Length;
        raw.sqlite3_limit(handle, raw.SQLITE_LIMIT_LENGTH, Math.Clamp(database.Length, MostSchemaText, MostRow));
        command.CommandText = "SELECT hnum, blob FROM Packages NOT INDEXED ORDER BY hnum;";
        using var reader = command.ExecuteReader();
        return Rows(reader, database.Length);
    }

    /// <summary>Numbers go up, and all rows together are no more than the file.</summary>
    private static ImmutableArray<RpmDatabaseRow> Rows(SqliteDataReader reader, long left)
    {
        var rows = ImmutableArray.CreateBuilder<RpmDatabaseRow>();
        var last = 0L;
        while (reader.Read())
        {
            var number = reader.GetInt64(0);
            if (number <= last || number > int.MaxValue || reader.GetValue(1) is not byte[] { Length: >= LeastRow } header)
            {
                throw new StoreException($"cannot read rpm's database: its row {number} is no package's, or stands after {last}");
            }

            (last, left) = (number, left - header.Length);
            if (left < 0)
            {
                throw new StoreException($"cannot read rpm's database: its first {rows.Count + 1} rows have more bytes than all of it");
            }

            rows.Add(new RpmDatabaseRow(number, header));
        }

        return rows.ToImmutable();
    }

    /// <summary>The connection takes the memory, and gives it back when it ends.</summary>
    private static void Fill(sqlite3 handle, byte[] database)
    {
        var memory = raw.sqlite3_malloc64(Math.Max(database.Length, FileHeader));
        Marshal.Copy(database, 0, memory, database.Length);
        if (database.Length >= FileHeader)
        {
            Marshal.WriteByte(memory, RpmDatabaseFile.VersionsAt, Journal);
            Marshal.WriteByte(memory, RpmDatabaseFile.VersionsAt + 1, Journal);
        }

        var result = raw.sqlite3_deserialize(handle, "main", memory, database.Length, database.Length, raw.SQLITE_DESERIALIZE_FREEONCLOSE | raw.SQLITE_DESERIALIZE_READONLY);
        SqliteException.ThrowExceptionForRC(result, handle);
    }
}
