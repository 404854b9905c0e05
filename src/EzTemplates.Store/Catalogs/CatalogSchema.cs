using Microsoft.Data.Sqlite;

namespace EzTemplates.Store;

/// <summary>The catalog's tables. A catalog of another number is made anew from the files.</summary>
internal static class CatalogSchema
{
    public const int Number = 1;

    private const string Text = """
        CREATE TABLE versions (
            template TEXT NOT NULL, version TEXT NOT NULL, lock TEXT NOT NULL, manifest TEXT NOT NULL,
            packages INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL, committed TEXT NOT NULL,
            PRIMARY KEY (template, version)) WITHOUT ROWID;
        CREATE TABLE mirrors (
            mirror TEXT PRIMARY KEY, bytes INTEGER NOT NULL, seconds REAL NOT NULL,
            successes INTEGER NOT NULL, failures INTEGER NOT NULL) WITHOUT ROWID;
        """;

    public static bool IsPresent(SqliteConnection connection) => ReadNumber(connection) == Number;

    /// <summary>The caller has a transaction.</summary>
    public static void Make(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DROP TABLE IF EXISTS versions; DROP TABLE IF EXISTS mirrors;" + Text + $"PRAGMA user_version = {Number};";
        command.ExecuteNonQuery();
    }

    private static long ReadNumber(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version;";
        return (long)command.ExecuteScalar()!;
    }
}
