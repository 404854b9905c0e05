using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Rows of ids, and where they stand, for errors.</summary>
internal sealed record IdRows(string Place, ImmutableArray<LockedId> Rows);

/// <summary>The numbers that a build goes by: those of its lock and its base's lock, and of the table beside the OS recipe.</summary>
internal static class IdsOfBuild
{
    /// <exception cref="EzException">Usage: two of them disagree; names both.</exception>
    public static IdSource Of(Workspace workspace, LockedRecipe locked)
    {
        var (file, held) = (locked.File, locked.Lock);
        ImmutableArray<IdRows> locks = [.. BaseRows(workspace.Store, held), new IdRows(file.LockPath, held.Ids)];
        if (workspace.Options.Locked)
        {
            // What the lock does not have must not come from elsewhere: the same lock is to do on a host without the table.
            _ = Join([Table(file), .. locks]);
            return new IdSource(Join(locks), (made, _) => throw Refuse(file, made[0]));
        }

        return new IdSource(Join([Table(file), .. locks]), (made, before) => IdTableFile.Add(
            workspace,
            file,
            made,
            table => Beside(file).Aggregate(Join([new IdRows(file.IdsPath, table.Rows), .. locks]), (all, row) => all.Against(row) is null ? all.With([row]) : all),
            (table, unknown) => table.Number(unknown, IdSource.TakenIn(before))));
    }

    /// <summary>Of an OS and the applications on it, for their composition.</summary>
    /// <exception cref="EzException">Unsolvable: two of them disagree; names both.</exception>
    public static IdSource OfComposition(IEnumerable<TemplateLock> locks) =>
        IdSource.Of(Join([.. locks.Select(held => new IdRows(new TemplateReference(held.Template, held.Version).ToString(), held.Ids))], FailureKind.Unsolvable));

    /// <summary>With `--locked`, a name that scripts make must be in the lock.</summary>
    public static EzException Refuse(RecipeFile file, LockedId row) => new(
        FailureKind.Usage,
        $"the packages of `{file.Recipe.Name}` make the {row.Kind} `{row.Name}`, which `ids` of its lock `{file.LockPath}` do not have, and --locked changes no lock",
        $"ez build {file.FullPath}, then put the lock and `{file.IdsPath}` into version control");

    private static IdTable Join(ImmutableArray<IdRows> all, FailureKind kind = FailureKind.Usage)
    {
        var (table, places) = (IdTable.Empty, new Dictionary<LockedId, string>());
        foreach (var (place, row) in all.SelectMany(rows => rows.Rows.Select(row => (rows.Place, row))))
        {
            if (table.Against(row) is { } other)
            {
                throw Disagree(kind, (places[other], other), (place, row));
            }

            table = table.With([row]);
            places.TryAdd(row, place);
        }

        return table;
    }

    private static EzException Disagree(FailureKind kind, (string Place, LockedId Row) one, (string Place, LockedId Row) other)
    {
        var what = one.Row.Name == other.Row.Name
            ? $"the {one.Row.Kind} `{one.Row.Name}` has number {one.Row.Number} in `{one.Place}` and {other.Row.Number} in `{other.Place}`"
            : $"{one.Row.Kind} {one.Row.Number} is `{one.Row.Name}` in `{one.Place}` and `{other.Row.Name}` in `{other.Place}`";
        return kind == FailureKind.Unsolvable
            ? new EzException(kind, $"`{one.Place}` and `{other.Place}` do not go together: {what}", "build both from recipes beside one OS recipe and its table of ids, with a new `version:` where the numbers change")
            : new EzException(kind, what, $"a number is one name's in the table and in every lock: take the row out of `{other.Place}`, and build again");
    }

    private static IdRows Table(RecipeFile file) => new(file.IdsPath, IdTableFile.Read(file).Rows);

    private static IEnumerable<IdRows> BaseRows(ContentStore store, TemplateLock held)
    {
        if (held.Base is { } os)
        {
            var reference = Compositions.FindOs(store, held.Template, os).Reference;
            yield return new IdRows(reference.ToString(), store.Versions.ReadLock(reference).Ids);
        }
    }

    /// <summary>What the other locks on this OS have: a table that was lost does not give their numbers away again.</summary>
    private static IEnumerable<LockedId> Beside(RecipeFile file)
    {
        var os = file.Base ?? file;
        return os.Applications(_ => { }).Append(os).Select(LockFile.Read).OfType<TemplateLock>().SelectMany(held => held.Ids);
    }
}
