using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What a store of an ordinary user cannot do is refused before anything is downloaded or written.</summary>
internal static class RequireIds
{
    /// <summary>Maintainer scripts give files to users, whom a store with one id does not have.</summary>
    public static void ToConfigure(ContentStore store, TemplateLock held)
    {
        if (held.Rules > 0 && store.Ids is StoreIds.One)
        {
            throw new EzException(
                FailureKind.Environment,
                $"cannot configure `{held.Template}`: the store `{store.Layout.Root}` has one id, and maintainer scripts need several",
                "install newuidmap (apt-get install uidmap), give this user a range in /etc/subuid and /etc/subgid, and choose a new store with --store DIR; or say `configure: none` in the recipe");
        }
    }

    /// <summary>Views are mounted in the store's own namespaces, and end with the last command in them.</summary>
    public static void ToMountForOthers(ContentStore store, string environment)
    {
        if (store.Ids.IsRootless)
        {
            throw new EzException(
                FailureKind.Environment,
                $"the view of `{environment}` cannot be shown to other programs: it is an ordinary user's, and only seen by commands that run inside",
                $"ez env exec {environment} -- COMMAND, or ez env shell {environment}");
        }
    }
}
