using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>What a command does with the store.</summary>
public enum StoreUse
{
    /// <summary>Makes, mounts or removes files of any owner.</summary>
    Changing,

    /// <summary>Reads what is the user's own: manifests, locks, metadata, histories.</summary>
    Reading,
}

/// <summary>An ordinary user's command goes on inside the namespaces of his store, where he is root over the store's ids.</summary>
public static class EnterNamespaces
{
    /// <summary>To be called first of all; a process inside has another working directory, and the descriptors of the one that it was.</summary>
    public static void Arrive() => NamespaceMark.Adopt();

    /// <summary>Whether this process goes on with a command that began outside.</summary>
    public static bool HasArrived => NamespaceMark.Current is not null;

    /// <exception cref="Domain.EzException">Environment: it could not come to where the command was called.</exception>
    public static void RequireArrival() => NamespaceMark.RequireFolder();

    /// <summary>Returns to root, to who is inside, and to a reader with nothing to see there; else it does not return.</summary>
    /// <param name="command">The program and its arguments, as this process was started.</param>
    /// <exception cref="Domain.EzException">Environment: the machine does not allow it.</exception>
    public static void IfNeeded(Workspace workspace, StoreUse use, IReadOnlyList<string> command)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return;
        }

        var store = workspace.Store;
        var namespaces = new StoreNamespaces(store.Layout, store.Ids, workspace.Patience);
        if (use == StoreUse.Changing || namespaces.HaveNews)
        {
            namespaces.Enter(command);
        }
    }
}
