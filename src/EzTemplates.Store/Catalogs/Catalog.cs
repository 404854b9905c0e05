using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Data.Sqlite;

namespace EzTemplates.Store;

/// <summary>
/// <c>catalog.db</c>: an index over the store's files, and mirror statistics. Nothing that must be right depends on it: a
/// damaged or absent one is rebuilt, and a disk that refuses a row costs only that row.
/// </summary>
public sealed class Catalog : IDisposable
{
    /// <summary>The one fault that a killed command leaves; <see cref="Refresh"/> mends it.</summary>
    internal const string StaleRows = "its rows are not those of the version records";

    private const int BusySeconds = 10;

    private readonly ContentStore _store;
    private SqliteConnection? _connection;

    private Catalog(ContentStore store) => _store = store;

    public ImmutableArray<MirrorRow> Mirrors() => Try([], connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT mirror, bytes, seconds, successes, failures FROM mirrors ORDER BY mirror;";
        using var reader = command.ExecuteReader();
        var rows = ImmutableArray.CreateBuilder<MirrorRow>();
        while (reader.Read())
        {
            rows.Add(new MirrorRow(reader.GetString(0), reader.GetInt64(1), reader.GetDouble(2), reader.GetInt32(3), reader.GetInt32(4)));
        }

        return rows.ToImmutable();
    });

    /// <summary>Each row replaces what was known of its mirror.</summary>
    public void SaveMirrors(IEnumerable<MirrorRow> mirrors) => Try(0, connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var mirror in mirrors)
        {
            Execute(
                connection,
                "INSERT OR REPLACE INTO mirrors VALUES ($1, $2, $3, $4, $5);",
                mirror.Mirror,
                mirror.Bytes,
                mirror.Seconds,
                mirror.Successes,
                mirror.Failures);
        }

        transaction.Commit();
        return 0;
    });

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }

    internal static Catalog Open(ContentStore store) => new(store);

    internal void Add(TemplateVersionRecord record) => Try(0, connection =>
    {
        Insert(connection, record);
        return 0;
    });

    /// <summary>What is wrong with it, without mending it; null where nothing is, or where there is no catalog yet.</summary>
    public string? FindFault()
    {
        if (!StoreFile.Exists(_store.Layout.Catalog))
        {
            return null;
        }

        SQLitePCL.Batteries_V2.Init();
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = _store.Layout.Catalog,
                Pooling = false,
                DefaultTimeout = BusySeconds,
                Mode = SqliteOpenMode.ReadWrite,
            }.ToString());
            connection.Open();
            if (Execute(connection, "PRAGMA integrity_check(1);") is not "ok")
            {
                return "SQLite finds it damaged";
            }

            if (!CatalogSchema.IsPresent(connection))
            {
                return null;
            }

            // A killed command leaves rows behind, or out; a row that says something else is damage.
            var (rows, files) = (RowsOf(connection), RowsOfFiles().ToHashSet(StringComparer.Ordinal));
            return rows.SetEquals(files) ? null
                : rows.IsSubsetOf(files) || files.IsSubsetOf(rows) ? StaleRows
                : "a row is not that of its version record";
        }
        catch (SqliteException damaged)
        {
            return damaged.Message;
        }
    }

    /// <summary>Makes the rows of versions those of the files: a command that was killed may have left some behind, or out.</summary>
    internal void Refresh() => Try(0, connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        Execute(connection, "DELETE FROM versions;");
        foreach (var record in _store.Versions.Templates().SelectMany(template => Readable(template)))
        {
            Insert(connection, record);
        }

        transaction.Commit();
        return 0;
    });

    /// <summary>Makes it anew from the files. What was known of mirrors is forgotten.</summary>
    public void Rebuild()
    {
        Dispose();
        RemoveFiles();
        _ = Mirrors();
    }

    private static HashSet<string> RowsOf(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT template || '@' || version || ' ' || lock || ' ' || manifest || ' ' || packages || ' ' || files || ' ' || bytes || ' ' || committed FROM versions;";
        using var reader = command.ExecuteReader();
        var rows = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private IEnumerable<string> RowsOfFiles() => _store.Versions.Templates().SelectMany(template => Readable(template)).Select(record => string.Create(
        CultureInfo.InvariantCulture,
        $"{record.Reference} {record.Lock} {record.Manifest} {record.Packages} {record.Files} {record.Bytes} {record.Committed:O}"));

    internal void Remove(TemplateReference version) => Try(0, connection =>
    {
        Execute(connection, "DELETE FROM versions WHERE template = $1 AND version = $2;", version.Template, version.Version.ToNormalizedString());
        return 0;
    });

    private static void Insert(SqliteConnection connection, TemplateVersionRecord record) => Execute(
        connection,
        "INSERT OR REPLACE INTO versions VALUES ($1, $2, $3, $4, $5, $6, $7, $8);",
        record.Reference.Template,
        record.Reference.Version.ToNormalizedString(),
        record.Lock.ToString(),
        record.Manifest.ToString(),
        record.Packages,
        record.Files,
        record.Bytes,
        record.Committed.ToString("O", CultureInfo.InvariantCulture));

    private static object? Execute(SqliteConnection connection, string text, params ReadOnlySpan<object> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), values[i]);
        }

        return command.ExecuteScalar();
    }

    /// <summary>Trouble of SQLite or of its files is no trouble of the store's.</summary>
    private T Try<T>(T otherwise, Func<SqliteConnection, T> act)
    {
        try
        {
            return Act(act);
        }
        catch (Exception refused) when (refused is SqliteException or EzException)
        {
            Dispose();
            return otherwise;
        }
    }

    /// <summary>A damaged file is replaced once.</summary>
    private T Act<T>(Func<SqliteConnection, T> act)
    {
        try
        {
            return act(_connection ??= Connect());
        }
        catch (SqliteException damaged) when (damaged.SqliteErrorCode is Sqlite.Corrupt or Sqlite.NotADatabase or Sqlite.Error)
        {
            Dispose();
            RemoveFiles();
            return act(_connection ??= Connect());
        }
    }

    private SqliteConnection Connect()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _store.Layout.Catalog,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = WAL;");
            Execute(connection, "PRAGMA synchronous = NORMAL;");
            if (!CatalogSchema.IsPresent(connection))
            {
                Make(connection);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>In one transaction, since two commands may find the file new, and one may be killed in the middle.</summary>
    private void Make(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (!CatalogSchema.IsPresent(connection))
        {
            CatalogSchema.Make(connection);
            foreach (var record in _store.Versions.Templates().SelectMany(template => Readable(template)))
            {
                Insert(connection, record);
            }
        }

        transaction.Commit();
    }

    /// <summary>A record that cannot be read is told by the command that needs it; the index does without its template.</summary>
    private ImmutableArray<TemplateVersionRecord> Readable(string template)
    {
        try
        {
            return _store.Versions.List(template);
        }
        catch (StoreException)
        {
            return [];
        }
    }

    /// <summary>Unlinked, never truncated: another command may have them open.</summary>
    private void RemoveFiles()
    {
        foreach (var end in (string[])["", "-wal", "-shm"])
        {
            Libc.TryRemoveFile(null, _store.Layout.Catalog + end);
        }
    }

    /// <summary>Result codes (sqlite.org/rescode.html).</summary>
    private static class Sqlite
    {
        public const int Error = 1;
        public const int Corrupt = 11;
        public const int NotADatabase = 26;
    }
}
