using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Store.Native;
using Microsoft.Data.Sqlite;

namespace EzTemplates.Store;

/// <summary>
/// <c>catalog.db</c>: an index over the store's files, mirror statistics and jobs. Nothing that must be right depends on it: a
/// damaged or absent one is rebuilt, and a disk that refuses a row costs only that row.
/// </summary>
public sealed class Catalog : IDisposable
{
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

    /// <returns>The job's number; 0 where the catalog cannot be written.</returns>
    public long StartJob(string command) => Try(0L, connection =>
        Execute(connection, "INSERT INTO jobs (command, started) VALUES ($1, $2) RETURNING id;", command, Now()) is long id ? id : 0);

    public void EndJob(long id, int exitCode) => Try(0, connection =>
    {
        Execute(connection, "UPDATE jobs SET ended = $1, exit_code = $2 WHERE id = $3;", Now(), exitCode, id);
        return 0;
    });

    /// <summary>Newest first.</summary>
    public ImmutableArray<JobRow> Jobs(int most = 100) => Try([], connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, command, started, ended, exit_code FROM jobs ORDER BY id DESC LIMIT $1;";
        command.Parameters.AddWithValue("$1", most);
        using var reader = command.ExecuteReader();
        var rows = ImmutableArray.CreateBuilder<JobRow>();
        while (reader.Read())
        {
            rows.Add(new JobRow(
                reader.GetInt64(0),
                reader.GetString(1),
                Instant(reader.GetString(2)),
                reader.IsDBNull(3) ? null : Instant(reader.GetString(3)),
                reader.IsDBNull(4) ? null : reader.GetInt32(4)));
        }

        return rows.ToImmutable();
    });

    /// <summary><c>template@version</c> of each version that the index knows.</summary>
    public ImmutableArray<string> IndexedVersions() => Try([], connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT template || '@' || version FROM versions ORDER BY template, version;";
        using var reader = command.ExecuteReader();
        var rows = ImmutableArray.CreateBuilder<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows.ToImmutable();
    });

    /// <summary>Makes the index anew from the files; statistics and jobs are lost with a damaged file only.</summary>
    public void Rebuild() => Try(0, connection =>
    {
        Fill(connection);
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

    private static DateTimeOffset Instant(string text) => DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture);

    private string Now() => _store.Options.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A damaged file is replaced once; any other trouble of SQLite is no trouble of the store's.</summary>
    private T Try<T>(T otherwise, Func<SqliteConnection, T> act)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return act(_connection ??= Connect());
            }
            catch (SqliteException damaged) when (attempt == 0 && damaged.SqliteErrorCode is Sqlite.Corrupt or Sqlite.NotADatabase or Sqlite.Error)
            {
                Dispose();
                RemoveFiles();
            }
            catch (SqliteException)
            {
                Dispose();
                return otherwise;
            }
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
                CatalogSchema.Make(connection);
                Fill(connection);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Fill(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        Execute(connection, "DELETE FROM versions;");
        foreach (var record in _store.Versions.ListAll())
        {
            Insert(connection, record);
        }

        transaction.Commit();
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
