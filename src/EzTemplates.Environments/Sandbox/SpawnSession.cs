namespace EzTemplates.Environments;

/// <summary>Which session, and with it which process group and terminal, a program is of.</summary>
internal enum SpawnSession
{
    /// <summary>`ez`'s: keys on its terminal reach both.</summary>
    Callers,

    /// <summary>`ez`'s session, and a group of its own in it, which can be in front on the terminal.</summary>
    Group,

    /// <summary>As <see cref="Group"/>, and it is in front on the terminal that is its descriptor 0.</summary>
    Front,

    /// <summary>Its own. A program may signal all of its group (kill(2), pid 0), and a group knows no namespaces.</summary>
    Own,
}
